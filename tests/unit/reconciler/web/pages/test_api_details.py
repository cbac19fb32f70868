"""The API's answers about one environment besides its resources."""

from datetime import date

import pytest

from reconciler.web.pages.api_details import plain
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, HOSTILE, REPORT, Client, Stage, document

ONE = "/api/v1/environments/dev"


def test_a_history_tells_events_and_neighbours(client: Client, stage: Stage) -> None:
    stage.tell("datasets/loans", document("ready", "version 2 is merged"))
    stage.following.environments["dev"].look()
    told = client.get(f"{ONE}/resources/datasets/loans/history").json()
    assert [event["state"] for event in told["events"]] == ["ready", "stalled"]
    assert told["needs"] == {"pools/shared": "ready"}
    assert told["needed_by"] == {"experiments/loans": "ready", "labels/loans": "ready"}
    assert told["suspended"] is False, "a reason alone holds nothing"


def test_trials_are_the_whole_board(client: Client) -> None:
    told = client.get(f"{ONE}/resources/experiments/loans/trials").json()["trials"]
    assert [row["run"] for row in told] == [
        row["run"] for row in DOCUMENTS["experiments/loans"]["facts"]["leaderboard"]
    ]
    assert client.get(f"{ONE}/resources/datasets/loans/trials").json() == {"trials": []}


def test_the_last_pass_and_the_releases_are_told(client: Client) -> None:
    assert client.get(f"{ONE}/pass").json()["problems"] == [HOSTILE]
    told = client.get(f"{ONE}/releases").json()
    assert told["releases"] == []
    assert told["metrics"]


def test_files_are_those_that_are_handed_out(client: Client) -> None:
    found = client.get(f"{ONE}/files").json()["files"]
    assert "README.md" in found
    assert not [path for path in found if path.startswith("controls/")]
    below = client.get(f"{ONE}/files?under=reports/").json()["files"]
    assert below == sorted(path for path in found if path.startswith("reports/"))
    answer = client.get(f"{ONE}/files/{REPORT}/plots/drift.svg")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert client.get(f"{ONE}/files/controls/datasets/loans.yaml").status_code == 404


@pytest.mark.parametrize("path", ["history", "trials"])
def test_what_isn_t_there_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(f"{ONE}/resources/datasets/nothing/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_what_yaml_knows_besides_becomes_text() -> None:
    odd = {1: date(2026, 1, 5), "a": [float("nan"), float("inf"), 1.5, None, True], "b": ("x",)}
    assert plain(odd) == {"1": "2026-01-05", "a": ["nan", "inf", 1.5, None, True], "b": ["x"]}
