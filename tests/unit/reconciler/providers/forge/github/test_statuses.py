"""Statuses and check runs of a commit, told as one: the worst under each name, and what we may see of them."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.providers.forge.github.statuses import AGAIN, Statuses, newest_runs, worst
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import TOKEN
from tests.contracts.github.server import NAME
from tests.contracts.serving import Fault
from tests.unit.reconciler.providers.forge.github.conftest import client

HEAD = CommitId("0" * 40)


@pytest.fixture
def passed() -> list[float]:
    return [0.0]


@pytest.fixture
def statuses(bare: GitHubServer, passed: list[float]) -> Statuses:
    return Statuses(client(bare), f"/repos/{NAME}", lambda: passed[0])


@pytest.fixture
def permitted(bare: GitHubServer) -> None:
    """Give the token the right to read checks."""
    account = bare.accounts.tokens[TOKEN]
    account.rights = {**account.rights, "checks": "read"}


def told(statuses: Statuses) -> dict[str, Verdict]:
    return {one.context: one.verdict for one in statuses.of(HEAD)}


@pytest.mark.usefixtures("permitted")
def test_check_runs_are_told_beside_statuses(bare: GitHubServer, statuses: Statuses) -> None:
    bare.repository.statuses[HEAD] = [{"context": "ci/legacy", "state": "success", "id": 1}]
    bare.repository.check(HEAD, "build", "neutral")
    bare.repository.check(HEAD, "test", "timed_out")
    bare.repository.check(HEAD, "deploy", None)
    assert told(statuses) == {
        "ci/legacy": Verdict.SUCCESS,
        "build": Verdict.SUCCESS,
        "test": Verdict.FAILURE,
        "deploy": Verdict.PENDING,
    }


@pytest.mark.usefixtures("permitted")
def test_of_one_app_the_newest_counts_and_of_several_the_worst(bare: GitHubServer, statuses: Statuses) -> None:
    bare.repository.check(HEAD, "build", "failure", suite=1)
    bare.repository.check(HEAD, "build", "success", suite=2)
    assert told(statuses) == {"build": Verdict.SUCCESS}
    bare.repository.check(HEAD, "build", "failure", app=666, suite=3)
    bare.repository.check(HEAD, "build", "success", suite=4)
    assert told(statuses) == {"build": Verdict.FAILURE}


@pytest.mark.usefixtures("permitted")
def test_a_status_and_a_check_run_of_one_name_both_have_to_succeed(bare: GitHubServer, statuses: Statuses) -> None:
    bare.repository.check(HEAD, "build", "success")
    for state, verdict in (("failure", Verdict.FAILURE), ("pending", Verdict.PENDING), ("success", Verdict.SUCCESS)):
        bare.repository.statuses[HEAD] = [{"context": "build", "state": state, "id": 1}]
        assert told(statuses) == {"build": verdict}


@pytest.mark.usefixtures("permitted")
def test_many_check_runs_are_read_page_by_page(bare: GitHubServer, statuses: Statuses) -> None:
    for number in range(130):
        bare.repository.check(HEAD, f"c{number}", "success")
    assert set(told(statuses)) == {f"c{number}" for number in range(130)}


def test_without_the_right_statuses_are_told_alone_and_that_is_noted_once(
    bare: GitHubServer, statuses: Statuses, passed: list[float], request: pytest.FixtureRequest
) -> None:
    bare.repository.statuses[HEAD] = [{"context": "ci", "state": "success", "id": 1}]
    bare.repository.check(HEAD, "build", "success")
    with capture_logs() as logs:
        for _ in range(3):
            assert told(statuses) == {"ci": Verdict.SUCCESS}
        assert [one.path.rpartition("/")[2] for one in bare.requests].count("check-runs") == 1
        passed[0] = AGAIN
        assert told(statuses) == {"ci": Verdict.SUCCESS}
    assert [(one["event"], "checks: read" in one["hint"]) for one in logs] == [("check runs aren't read", True)]
    request.getfixturevalue("permitted")
    passed[0] = 2 * AGAIN
    assert told(statuses) == {"ci": Verdict.SUCCESS, "build": Verdict.SUCCESS}


@pytest.mark.usefixtures("permitted")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(502), Unavailable),
        (Fault(401), Refused),
        (Fault(403, b'{"message": "API rate limit exceeded"}'), Unavailable),
        (Fault(200, b'{"check_runs": {}}'), Unavailable),
        (Fault(200, b'{"check_runs": [{"name": "build"}]}'), Unavailable),
    ],
)
def test_what_can_t_be_read_for_another_reason_fails_the_listing(
    bare: GitHubServer, statuses: Statuses, fault: Fault, error: type[Exception]
) -> None:
    whole = Fault(200, b'{"statuses": []}')
    bare.faults = [whole, fault]
    with pytest.raises(error):
        statuses.of(HEAD)


def test_check_runs_of_no_app_are_those_of_one() -> None:
    runs: list[dict[str, Any]] = [
        {"id": 2, "name": "x", "status": "completed", "conclusion": "success", "app": None},
        {"id": 1, "name": "x", "status": "completed", "conclusion": "failure"},
    ]
    assert [one.verdict for one in newest_runs(runs)] == [Verdict.SUCCESS]


def test_of_those_that_are_alike_the_first_is_told() -> None:
    first, second = CommitStatus("x", Verdict.PENDING, "a"), CommitStatus("x", Verdict.PENDING, "b")
    assert worst([first, second, CommitStatus("y", Verdict.ERROR)]) == [first, CommitStatus("y", Verdict.ERROR)]
