"""Annotations: fifty at a time, made anew when they are others, and none where GitHub doesn't let us."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Annotation
from reconciler.providers.forge.github.annotations import AGAIN, LONGEST, MOST, Annotations
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import TOKEN
from tests.contracts.github.server import NAME
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.github.conftest import client

HEAD = CommitId("0" * 40)
RUN = "setpoint/dev specs"


@pytest.fixture
def passed() -> list[float]:
    return [0.0]


@pytest.fixture
def shown(bare: GitHubServer, passed: list[float]) -> Annotations:
    account = bare.accounts.tokens[TOKEN]
    account.rights = {**account.rights, "checks": "write"}
    return Annotations(client(bare), f"/repos/{NAME}", lambda: passed[0])


def flaws(count: int, *, is_error: bool = True) -> list[Annotation]:
    return [Annotation("specs/a.yaml", line, f"flaw {line}", is_error=is_error) for line in range(1, count + 1)]


def runs(bare: GitHubServer) -> list[dict[str, Any]]:
    return bare.repository.runs.get(HEAD, [])


def test_each_is_beside_its_line(bare: GitHubServer, shown: Annotations) -> None:
    shown.show(HEAD, RUN, [Annotation("specs/a.yaml", 3, "no such field"), Annotation("b", 1, "odd", is_error=False)])
    (run,) = runs(bare)
    assert (run["name"], run["conclusion"], run["title"]) == (RUN, "failure", "2 problems in the specs")
    assert run["annotations"] == [
        {
            "path": "specs/a.yaml",
            "start_line": 3,
            "end_line": 3,
            "annotation_level": "failure",
            "message": "no such field",
        },
        {"path": "b", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "odd"},
    ]


@pytest.mark.parametrize("count", [1, 50, 51, 120])
def test_no_request_brings_more_than_fifty(bare: GitHubServer, shown: Annotations, count: int) -> None:
    shown.show(HEAD, RUN, flaws(count))
    (run,) = runs(bare)
    assert [one["start_line"] for one in run["annotations"]] == list(range(1, count + 1))
    assert len(bare.requests) == -(-count // 50)


def test_how_many_and_how_long_is_bounded(bare: GitHubServer, shown: Annotations) -> None:
    shown.show(HEAD, RUN, [Annotation("a", 1, "x" * (LONGEST + 1)), *flaws(MOST + 7)])
    (run,) = runs(bare)
    assert len(run["annotations"]) == MOST
    assert len(run["annotations"][0]["message"]) == LONGEST


def test_the_same_is_shown_once_and_what_is_over_is_taken_back(bare: GitHubServer, shown: Annotations) -> None:
    shown.show(HEAD, RUN, [])
    assert runs(bare) == [], "nothing was wrong, and nothing is"
    shown.show(HEAD, RUN, flaws(2, is_error=False))
    shown.show(HEAD, RUN, flaws(2, is_error=False))
    assert [run["conclusion"] for run in runs(bare)] == ["neutral"]
    shown.show(HEAD, RUN, [])
    newest = runs(bare)[0]
    assert (newest["conclusion"], newest["annotations"]) == ("success", [])


def test_where_it_may_not_it_is_tried_once_in_a_while(
    bare: GitHubServer, shown: Annotations, passed: list[float]
) -> None:
    bare.accounts.tokens[TOKEN].rights = {"checks": "read"}
    with capture_logs() as logs:
        for moment in (0, 1, AGAIN - 1, AGAIN):
            passed[0] = moment
            shown.show(HEAD, RUN, flaws(1))
    assert len(bare.requests) == 2
    assert [(one["event"], "checks: write" in one["hint"]) for one in logs] == [("nothing is shown beside lines", True)]


def test_a_forge_that_is_down_is_asked_again(bare: GitHubServer, shown: Annotations) -> None:
    bare.faults = [Fault(502, only="POST")]
    with pytest.raises(Unavailable):
        shown.show(HEAD, RUN, flaws(1))
    shown.show(HEAD, RUN, flaws(1))
    assert len(runs(bare)) == 1
