"""A proposal's pictures on a real Gitea: its page has them as they are at one commit of the status branch."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from reconciler.conformance.test_forge import begin, order
from reconciler.model.reviews import context_of
from runners.contract import Request
from runners.evaluate import run
from tests.conformance.gitea_forges import GiteaBench
from tests.servers.gitea import Gitea
from tests.unit.reconciler.git.people import Clone
from tests.unit.runners.evaluate.conftest import trial

PATH = "reports/promotions/loans/aaaaaaaaaaaa/comparison.png"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def bench(gitea: Gitea, tmp_path: Path) -> Iterator[GiteaBench]:
    bench = GiteaBench(tmp_path, gitea)
    begin(bench)
    yield bench
    bench.close()


def compared(folder: Path) -> bytes:
    """Draw the picture of a comparison of two trials."""
    inputs = {name: trial(folder / name, sign=sign).as_uri() for name, sign in (("candidate", 1.0), ("live", -1.0))}
    output = folder / "output"
    output.mkdir()
    run(Request(run="promotions/loans/aaaaaaaaaaaa", runner="evaluate", inputs=inputs, output=""), output)
    return (output / "comparison.png").read_bytes()


def test_a_page_shows_what_the_status_branch_had(bench: GiteaBench, tmp_path: Path) -> None:
    picture = compared(tmp_path / "job")
    told = bench.server.api("PATCH", f"/repos/{bench.name}", token=bench.person.token, json={"private": False})
    told.raise_for_status()
    ada = Clone(tmp_path / "status", bench.server.clone_url(bench.name, bench.person))
    (ada.folder / PATH).parent.mkdir(parents=True)
    (ada.folder / PATH).write_bytes(picture)
    commit = ada.commit({})
    ada.git("push", "--quiet", "origin", f"HEAD:refs/heads/{context_of('dev')}")

    forge = bench.open()
    forge.propose(replace(order(bench), pictures={PATH: "candidate beside live", "reports/gone.png": "gone"}))
    (pull,) = forge.pulls()  # type: ignore[attr-defined]
    shown = bench.shown(pull.number)
    (address,) = re.findall(r"!\[candidate beside live\]\((.*)\)", shown["body"])
    assert commit in address
    assert "gone" not in shown["body"]
    with bench.server.client() as client:
        found = client.get(address)
        page = client.get(httpx.URL(shown["html_url"]))
    assert (found.status_code, found.headers["content-type"]) == (200, "image/png")
    assert found.content == picture
    assert picture.startswith(PNG)
    assert f'src="{address}"' in page.text
