"""Releases as they are read from made histories whose figures are known."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.git import process
from reconciler.git.repository import open_repository
from reconciler.releases.dora import dora
from reconciler.releases.read import read_releases
from reconciler.releases.release import Outcome, Release
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.releases.made import ENVIRONMENT, Made, hour, patch, serves, starts, taken_back

Read = Callable[[], tuple[Release, ...]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "made.git")


@pytest.fixture
def read(made: Made, tmp_path: Path) -> Iterator[Read]:
    repositories = []

    def releases() -> tuple[Release, ...]:
        repository = open_repository(made.folder, tmp_path / "state")
        repositories.append(repository)
        return read_releases(Source(repository, "main"), StatusBranch(repository, ENVIRONMENT), ENVIRONMENT)

    yield releases
    for repository in repositories:
        repository.close()


def outcomes(releases: tuple[Release, ...]) -> list[tuple[str, str]]:
    return [(release.trial, release.outcome.value) for release in releases]


def test_a_release_tells_who_merged_what_and_when_it_served(made: Made, read: Read) -> None:
    made.commit(0, {"README.md": "# Specs\n"})
    merge = made.pin(10, "one", proposed=4, by="Grace")
    made.see(10.5, merge, {"x": starts("one")})
    made.see(12, merge, {"x": serves("one", 11)})
    (release,) = read()
    assert (release.environment, release.deployment, release.trial) == ("dev", "deployments/x", "one")
    assert (release.commit, release.when, release.written) == (merge, hour(10), hour(4))
    assert (release.by, release.proposal) == ("Grace <grace@example.org>", "promotions/x/one")
    assert (release.served, release.lead_time) == (hour(11), timedelta(hours=7))
    assert release.outcome is Outcome.SERVING
    assert not release.failed


def test_the_figures_of_a_history_with_a_rollback_and_a_supersession(made: Made, read: Read) -> None:
    first = made.pin(0, "one")
    made.see(2, first, {"x": serves("one", 2)})
    second = made.pin(100, "two", proposed=96)
    made.see(101, second, {"x": starts("two")})
    made.see(104, second, {"x": serves("two", 104)})
    third = made.pin(200, "three", proposed=190)
    made.see(202, third, {"x": starts("three")})
    made.see(202.5, third, {"x": serves("three", 202.5)})
    back = made.pin(210, "two")
    made.see(210.5, back, {"x": starts("two")})
    made.see(213, back, {"x": serves("two", 213)})
    releases = read()
    expected = [("one", "superseded"), ("two", "superseded"), ("three", "rolled back"), ("two", "serving")]
    assert outcomes(releases) == expected
    assert [release.is_return for release in releases] == [False, False, False, True]
    told = dora(releases, hour(336))
    assert told.lead_time.count == told.lead_time.of == 3, "a return brings no change"
    assert (told.lead_time.least, told.lead_time.median, told.lead_time.most) == (
        timedelta(hours=2),
        timedelta(hours=8),
        timedelta(hours=12.5),
    )
    assert (told.deployment_frequency.count, told.deployment_frequency.per_week) == (4, 2.0)
    assert (told.change_failure_rate.failed, told.change_failure_rate.rate) == (1, 0.25)
    assert (told.time_to_restore.count, told.time_to_restore.median) == (1, timedelta(hours=13))


def test_what_the_gates_take_back_failed_and_is_restored_by_them(made: Made, read: Read) -> None:
    first = made.pin(0, "one")
    made.see(1, first, {"x": serves("one", 1)})
    second = made.pin(10, "two")
    made.see(11, second, {"x": starts("two")})
    made.see(12, second, {"x": taken_back("two", is_routed=False)})
    made.see(13, second, {"x": taken_back("two")})
    releases = read()
    assert outcomes(releases) == [("one", "superseded"), ("two", "rolled back")]
    assert releases[1].restore_time == timedelta(hours=3), "when the traffic had gone back, not when that was decided"
    third = made.pin(20, "three")
    made.see(21, third, {"x": starts("three")})
    made.see(22, third, {"x": serves("three", 22)})
    releases = read()
    assert outcomes(releases)[1:] == [("two", "rolled back"), ("three", "serving")]
    assert releases[1].restored == hour(13)
    assert releases[1].served is None


def test_a_failure_that_nothing_has_made_good_yet_has_no_time(made: Made, read: Read) -> None:
    made.pin(0, "one")
    made.pin(1, "two")
    made.pin(2, "one")
    told = dora(read(), hour(3))
    assert (told.time_to_restore.count, told.time_to_restore.of) == (0, 1)
    assert (told.lead_time.count, told.lead_time.of) == (0, 2), "no status branch tells when they served"
    assert told.deployment_frequency.per_week is None, "of three hours no number by the week is told"


def test_two_deployments_are_followed_side_by_side(made: Made, read: Read) -> None:
    made.pin(0, "one", "x")
    second = made.pin(1, "one", "y")
    made.see(3, second, {"x": serves("one", 2), "y": starts("one")})
    third = made.pin(4, "two", "y")
    made.see(6, third, {"y": serves("two", 5)})
    releases = read()
    told = [(release.deployment, release.trial, release.outcome.value, release.served) for release in releases]
    assert told == [
        ("deployments/x", "one", "serving", hour(2)),
        ("deployments/y", "one", "superseded", None),
        ("deployments/y", "two", "serving", hour(5)),
    ]


def test_a_deployment_that_was_renamed_goes_on(made: Made, read: Read) -> None:
    first = made.pin(0, "one", "x")
    made.commit(0, {"specs/deployments/x.yaml": "pool: p\n"})
    made.see(1, first, {"x": serves("one", 1)})
    pinned = made.pin(2, "two", "x")
    made.see(3, pinned, {"x": serves("two", 3)})
    renamed = made.commit(
        10,
        {
            patch("x"): None,
            patch("y"): "model: {trial: two}\n",
            "specs/deployments/x.yaml": None,
            "specs/deployments/y.yaml": "pool: p\nmoved_from: x\n",
        },
    )
    made.see(11, renamed, {"x": None, "y": serves("two", 3)})
    assert outcomes(read()) == [("one", "superseded"), ("two", "serving")], "a rename is no release"
    back = made.pin(20, "one", "y")
    made.see(21, back, {"y": serves("one", 21)})
    releases = read()
    told = [(release.deployment, release.trial, release.outcome.value) for release in releases]
    assert told == [
        ("deployments/x", "one", "superseded"),
        ("deployments/x", "two", "rolled back"),
        ("deployments/y", "one", "serving"),
    ]
    assert releases[1].restored == hour(21)


def test_a_status_says_nothing_of_a_release_that_its_daemon_had_not_seen(made: Made, read: Read) -> None:
    first = made.pin(0, "one")
    made.pin(1, "two")
    made.pin(2, "one")
    made.see(5, first, {"x": serves("one", 5)})
    releases = read()
    assert [release.served for release in releases] == [hour(5), None, None]
    assert releases[2].outcome is Outcome.PENDING


def test_no_release_at_all(made: Made, read: Read) -> None:
    assert read() == ()
    made.commit(0, {patch("x"): "retries: 2\n", "environments/prod/deployments/x.yaml": "model: {trial: one}\n"})
    assert read() == ()
    told = dora((), hour(1))
    assert told.as_json() == {
        "lead_time": {"median_seconds": None, "least_seconds": None, "most_seconds": None, "count": 0, "of": 0},
        "deployment_frequency": {"per_week": None, "count": 0, "seconds": 0.0},
        "change_failure_rate": {"rate": None, "failed": 0, "of": 0},
        "time_to_restore": {"median_seconds": None, "least_seconds": None, "most_seconds": None, "count": 0, "of": 0},
    }


@pytest.mark.parametrize(
    "text", ["model: one\n", "model: {trial: [one]}\n", "[]\n", "model: {\n", "\0", "moved_from: {a: 1}\n", ""]
)
def test_what_somebody_broke_pins_nothing(made: Made, read: Read, text: str) -> None:
    made.pin(0, "one")
    made.commit(1, {patch("x"): text, "environments/dev/deployments/a/b.yaml": "model: {trial: two}\n"})
    assert outcomes(read()) == [("one", "removed")]


def test_an_odd_status_is_passed_over(made: Made, read: Read) -> None:
    first = made.pin(0, "one")
    odd: dict[str, Any] = {"conditions": [], "facts": ["trial"]}
    made.see(1, first, {"x": odd})
    made.commit(2, {"status/deployments/x.yaml": "conditions: 1\nfacts: {trial: one}\n"}, branch="setpoint/dev")
    assert outcomes(read()) == [("one", "pending")]


def test_a_pin_that_several_commits_brought_was_written_in_the_first_that_says_so(made: Made, read: Read) -> None:
    base = made.commit(0, {"README.md": "#\n"})
    made.commit(1, {patch("x"): "model: {trial: two}\n"}, branch="side", base=base)
    made.commit(2, {patch("x"): "model: {trial: one}\n"}, branch="side")
    side = made.commit(5, {patch("x"): "model: {trial: one}\nretries: 1\n"}, branch="side", written=4)
    made.commit(6, {"README.md": "# More\n"})
    made.commit(9, {patch("x"): "model: {trial: one}\nretries: 1\n"}, merge=side)
    (release,) = read()
    assert (release.written, release.when) == (hour(2), hour(9))
    assert release.proposal == ""


def test_a_proposal_of_another_environment_is_not_told(made: Made, read: Read) -> None:
    message = "Promote\n\nProposal: promotions/x/one\nEnvironment: prod"
    made.commit(0, {patch("x"): "model: {trial: one}\n"}, message)
    assert read()[0].proposal == ""


def test_a_clone_without_older_history_has_no_release_at_its_beginning(made: Made, read: Read, tmp_path: Path) -> None:
    made.pin(0, "one")
    made.pin(1, "two")
    made.pin(2, "three")
    whole = made.folder
    git(tmp_path, "clone", "--quiet", "--bare", "--depth=2", whole.as_uri(), "shallow.git")
    made.folder = tmp_path / "shallow.git"
    assert outcomes(read()) == [("three", "pending")]


def test_a_long_history_costs_no_more_processes_than_a_short_one(
    made: Made, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    start = process.start

    def counted(line: list[str], *rest: Any, **more: Any) -> Any:
        started.append(line)
        return start(line, *rest, **more)

    monkeypatch.setattr(process, "start", counted)
    first = made.pin(0, "t0")
    made.see(0, first, {"x": serves("t0", 0)})
    read()
    few = len(started)
    for number in range(1, 12):
        merge = made.pin(number, f"t{number}", proposed=number - 0.5)
        made.see(number, merge, {"x": serves(f"t{number}", number)})
    started.clear()
    assert len(read()) == 12
    assert len(started) == few


def test_a_return_that_the_daemon_proposed_as_a_release_failed_is_a_revert(made: Made, read: Read) -> None:
    """One by a person is a release: by `setpoint rollback`, by `git revert`, or by hand."""
    made.pin(0, "one")
    made.pin(1, "two", proposed=0.5)
    made.pin(3, "one", proposed=2, title="Revert deployments/x to")
    made.pin(5, "two", proposed=4, title="Roll back to")
    made.pin(6, "three", proposed=5.5, title="Revert deployments/x to")
    made.pin(7, "two")
    assert [one.is_revert for one in read()] == [False, False, True, False, False, False]
