"""The API answers whatever is sent to it as its OpenAPI document says: schemathesis writes the requests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis is installed: `make .venv`")

from hypothesis import HealthCheck, settings  # noqa: E402 - after what may be missing

from reconciler.web.login.people import people_of  # noqa: E402
from reconciler.web.login.settings import Login, Oidc  # noqa: E402
from reconciler.web.pages.acting import Act, Done  # noqa: E402
from reconciler.web.pages.application import application  # noqa: E402
from runners.contract.progress import Progress, line_of  # noqa: E402
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import RSA, token  # noqa: E402
from tests.unit.reconciler.stage import NOW  # noqa: E402
from tests.unit.reconciler.web.conftest import ACCESS, ENVIRONMENT  # noqa: E402
from tests.unit.reconciler.web.pages.conftest import TRIAL, Stage  # noqa: E402
from tests.unit.reconciler.web.pages.engines import Engines  # noqa: E402

pytestmark = pytest.mark.slow
ISSUER, DOCUMENT = "https://login.example", "/api/v1/openapi.json"
TRIES = 12
"""Requests of each operation."""


def authorized() -> dict[str, str]:
    """Return the header of somebody who may do all that there is, for a while from now."""
    return {
        "Authorization": f"Bearer {token(issuer=ISSUER, aud='api', groups=['ml', 'leads'], email='ada@example.org')}"
    }


async def told(url: str) -> Any:
    """Answer as the issuer does."""
    if url.endswith("/keys"):
        return {"keys": [RSA.public]}
    endpoints = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in ("authorization", "token")}
    return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", **endpoints}


@pytest.fixture(scope="module")
def schema() -> Iterator[Any]:
    """Return the document of an API whose reader may do all that there is."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder) / "repository", {ENVIRONMENT: ACCESS})
        for one in stage.following.environments.values():
            one.look()
        oidc = Oidc(issuer=ISSUER, client_id="setpoint", audience=("api",))
        people = people_of(Login(url="https://testserver", oidc=oidc), fetch=told)
        engines = Engines()
        engines.tell(TRIAL, line_of(Progress(1, 2, {"loss": 0.5})))
        app = application(stage.following, lambda: NOW, people, done, engines=engines)
        yield schemathesis.openapi.from_asgi(DOCUMENT, app, headers=authorized())


def done(act: Act) -> Done:
    """Do nothing, and say so."""
    return Done(f"{act.verb} of {act.address or act.said}")


lazy = schemathesis.pytest.from_fixture("schema").exclude(path="/events")


@lazy.parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_it_answers_as_it_says(case: Any) -> None:
    case.call_and_validate(headers=authorized())
