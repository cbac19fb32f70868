"""`setpoint get releases`, as people type it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.releases.made import BEGIN, Made, serves, starts

Place = tuple[str, ...]


def hours(days_ago: float) -> float:
    """Return the hour, as made histories count them, that was so many days ago."""
    return (datetime.now(UTC) - timedelta(days=days_ago) - BEGIN).total_seconds() / 3600


@pytest.fixture
def released(repository: Path) -> Made:
    """Release a model, then another, then go back to the first: 30, 20 and 10 days ago."""
    made = Made(repository)
    month, twenty, ten = map(hours, (30, 20, 10))
    first = made.pin(month, "one", proposed=month - 3, by="Grace")
    made.see(month + 1, first, {"x": serves("one", month + 1)})
    second = made.pin(twenty, "two")
    made.see(twenty + 1, second, {"x": serves("two", twenty + 1)})
    back = made.pin(ten, "one")
    made.see(ten + 1, back, {"x": starts("one")})
    made.see(ten + 2, back, {"x": serves("one", ten + 2)})
    return made


@pytest.mark.usefixtures("released")
def test_releases_are_listed_the_newest_first_with_four_figures_and_what_each_is_told_from(
    say: Say, place: Place
) -> None:
    told = say("get", "releases", *place)
    assert told.code == Exit.OK, told.err
    title, head, *rows = told.out.splitlines()
    assert title.strip() == "releases of dev"
    assert head.split() == ["when", "deployment", "model", "merged", "by", "became"]
    assert [(row.split()[2], " ".join(row.split()[5:])) for row in rows[:3]] == [
        ("one", "serving"),
        ("two", "rolled back"),
        ("one", "superseded"),
    ]
    assert "Grace <grace@example.org>" in rows[2]
    assert [line.split("  ")[-1].strip() for line in rows[-4:]] == [
        "2h30m (median of 2 changes, 1h to 4h)",
        "0.70 a week (3 releases in 30d)",
        "33% (1 of 3 releases)",
        "10d2h (median of 1 failure)",
    ]


@pytest.mark.usefixtures("released")
def test_the_other_forms(say: Say, place: Place) -> None:
    wide = say("get", "releases", "-o", "wide", *place).out
    assert "promotions/x/one" in wide
    assert "lead time" in wide
    told = say("get", "releases", "--json", *place).json
    assert say("get", "releases", "-o", "json", *place).json["releases"] == told["releases"]
    newest, failed, oldest = told["releases"]
    assert (newest["model"], newest["is_return"], newest["outcome"]) == ("one", True, "serving")
    assert failed["failed"]
    assert failed["restored"] == newest["served"]
    assert (oldest["proposal"], oldest["lead_time_seconds"], oldest["environment"]) == (
        "promotions/x/one",
        14400,
        "dev",
    )
    assert told["metrics"]["change_failure_rate"] == {"rate": 1 / 3, "failed": 1, "of": 3}
    names = say("get", "releases", "-o", "name", *place).out.split()
    assert names == [f"deployments/x@{release['commit']}" for release in told["releases"]]


@pytest.mark.usefixtures("released")
def test_only_the_last_weeks(say: Say, place: Place) -> None:
    told = say("get", "releases", "--since", "21d", "--json", *place).json
    assert [release["model"] for release in told["releases"]] == ["one", "two"]
    assert told["metrics"]["deployment_frequency"]["count"] == 2
    assert told["metrics"]["deployment_frequency"]["per_week"] == pytest.approx(2 / 3)
    assert "dev has no release of that time" in say("get", "releases", "--since", "1d", *place).out


def test_where_nothing_was_released_it_is_said(say: Say, place: Place) -> None:
    assert "dev has no release: nothing was promoted yet" in say("get", "releases", *place).out
    told = say("get", "releases", "--json", *place).json
    assert told["releases"] == []
    assert told["metrics"]["change_failure_rate"]["rate"] is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("releases", "--not-ready"), "choose resources, not releases"),
        (("releases", "--team", "risk"), "choose resources, not releases"),
        (("experiments", "--since", "3d"), "--since is of no use for experiments"),
        (("release",), "did you mean releases?"),
    ],
)
def test_what_makes_no_sense_is_refused(say: Say, place: Place, arguments: tuple[str, ...], complaint: str) -> None:
    told = say("get", *arguments, *place)
    assert told.code == Exit.REFUSED
    assert complaint in told.err


def test_an_unknown_environment_is_refused(say: Say, repository: Path) -> None:
    told = say("get", "releases", "-C", str(repository), "-e", "nowhere")
    assert told.code == Exit.REFUSED
    assert "no environment nowhere" in told.err


@pytest.mark.usefixtures("repository")
def test_who_merged_can_not_write_to_the_terminal(say: Say, place: Place, repository: Path) -> None:
    Made(repository).pin(hours(1), "one", by="\x1b[31mMallory")
    assert "\x1b" not in say("get", "releases", *place).out
