"""The client, at a page that is served."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.cli.page_server import Listening, beside
from reconciler.client import Client, Picture
from reconciler.model.errors import Missing
from reconciler.settings import Settings
from reconciler.watched.repositories import Repositories
from tests.unit.reconciler.client.answering import answering
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, REPORT, Stage


@pytest.fixture
def client(stage: Stage, tmp_path: Any) -> Iterator[Client]:
    settings = Settings(stage.source.repository.place, "dev", "main", tmp_path / "home")
    url, stop = beside([settings], Listening("127.0.0.1:0"), Repositories())
    yield Client(url)
    stop()


def test_it_reads_all_that_a_notebook_asks_for(client: Client) -> None:
    assert list(client.environments()["key"]) == ["dev"]
    resources = client.resources("dev")
    assert list(resources["address"]) == sorted(DOCUMENTS)
    assert list(client.resources("dev", state="stalled")["address"]) == ["datasets/loans"]
    assert client.resource("dev", "datasets/loans")["state"] == "stalled"
    trials = client.trials("dev", "loans")
    assert list(trials["run"]) == [row["run"] for row in DOCUMENTS["experiments/loans"]["facts"]["leaderboard"]]
    assert trials["metrics.roc_auc"][0] == 0.8
    assert trials["ranking.low"][0] == 0.85
    reports = client.reports("dev", "loans")
    assert REPORT.removeprefix("reports/") in list(reports["report"])
    assert list(reports["of"]) == ["monitors/loans"] * 2
    assert len(client.releases("dev", days=30)) == 0
    assert client.metrics("dev")
    assert isinstance(client.picture("dev", "pools/shared.svg"), Picture)
    assert client.file("dev", "README.md").startswith(b"# dev")
    with pytest.raises(Missing):
        client.resource("dev", "datasets/nothing")
    with pytest.raises(Missing):
        client.file("dev", "controls/datasets/loans.yaml")
    assert repr(client) == f"Client(`{client.url}`)"


def test_a_server_that_goes_on_for_ever_is_left() -> None:
    page = json.dumps({"resources": [{"address": "a"}], "next": "a"}).encode()
    path = "/api/v1/environments/dev/resources?limit=1000"
    with answering({path: (200, page), f"{path}&cursor=a": (200, page)}) as found:
        assert len(list(Client(found.url, "").rows("dev"))) == 2
