"""Several models behind one endpoint of real processes: asked together and each by its name, tested, and compressed."""

import gzip
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.spec import Resources
from reconciler.model.observed import RevisionState
from reconciler.ports.serving import Member, RevisionOrder
from runners.contract import Request
from runners.smoke import run as smoke_test
from tests.e2e.test_local_serving import DEPLOYMENT, NEW, OLD, Place, processes_under

STEPS = [{"deployment": "deployments/low"}, {"deployment": "deployments/high", "weight": 3}]
GRAPH = Node.model_validate({"router": "ensemble", "steps": STEPS})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    for deployment in place.serving.list():
        place.serving.delete(deployment)
    place.until(lambda: not processes_under(tmp_path), "without processes")


def members(place: Place) -> tuple[Member, ...]:
    trials = {"low": OLD, "high": NEW}
    return tuple(
        Member(name, RunName(f"experiments/{name}/{digest}"), place.trial(digest).as_uri(), place.digests[digest])
        for name, digest in trials.items()
    )


def order(place: Place) -> RevisionOrder:
    first, *_ = told = members(place)
    run, bounds = RunName(f"{DEPLOYMENT}/0123456789ab"), Replicas()
    known = DEPLOYMENT, NEW, run, first.model_url, "sha256:0", bounds, Resources()
    return RevisionOrder(*known, members=told, graph=(GRAPH,))


def predicted(url: str, name: str, rows: int = 1, **head: str) -> tuple[list[float], bytes]:
    """Return the probabilities that a model answers, and the bytes of the answer."""
    body = json.dumps({"instances": [{"AGEP": 36, "SEX": "2"}] * rows}).encode()
    asked = urllib.request.Request(f"{url}/v1/models/{name}:predict", body, head)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        content = answer.read()
        is_packed = answer.headers["Content-Encoding"] == "gzip"
    told: dict[str, Any] = json.loads(gzip.decompress(content) if is_packed else content)
    return told["predicted_probability"], content


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.xdist_group("machine")
def test_a_graph_is_one_process_that_answers_for_each_of_its_models(place: Place) -> None:
    place.serving.start(order(place))
    place.until(lambda: place.state(NEW) is RevisionState.READY, "ready")
    place.serving.route(DEPLOYMENT, {NEW: 100})
    url = place.endpoint.url
    (low,), (high,), (both,) = (predicted(url, name)[0] for name in ("low", "high", "employment"))
    assert low < both < high
    assert both == pytest.approx(low / 4 + high * 3 / 4)

    inputs = {f"model_{one.name}": one.model_url for one in members(place)}
    request = Request(
        run="deployments/employment/0123456789ab",
        runner="smoke",
        params={"name": "employment", "members": ["high", "low"], "tolerance": 1e-6},
        inputs={**inputs, "endpoint": place.endpoint.revisions[NEW].url},
        output="unused",
    )
    assert smoke_test(request, place.folder).accepted

    plain, whole = predicted(url, "employment", 2000)
    packed, content = predicted(url, "employment", 2000, **{"Accept-Encoding": "gzip"})
    assert packed == plain
    assert len(content) < len(whole) / 10
    assert len(place.replica_ids(NEW)) == 1
