"""Whiles that come again, by cron and time zone."""

from datetime import UTC, datetime

import pytest

from reconciler.model.kinds.recurring import Recurring, last_end

WEEKEND = Recurring.model_validate({"starts": "0 16 * * fri", "lasts": "64h", "zone": "Europe/Berlin"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-09T14:59:59", None),
        ("2026-01-09T15:00:00", "2026-01-12T07:00:00"),
        ("2026-01-12T06:59:59", "2026-01-12T07:00:00"),
        ("2026-01-12T07:00:00", None),
        ("2026-07-10T13:59:59", None),
        ("2026-07-10T14:00:00", "2026-07-13T06:00:00"),
        ("2026-03-28T12:00:00", "2026-03-30T07:00:00"),  # the clocks are put forward on the 29th
    ],
)
def test_a_weekend_begins_when_it_does_where_people_are(now: str, until: str | None) -> None:
    assert last_end([WEEKEND], at(now)) == (at(until) if until else None)


def test_of_several_the_one_that_ends_last_holds() -> None:
    longer = Recurring.model_validate({"starts": "0 0 1 1 *", "lasts": "30d"})
    assert last_end([WEEKEND, longer], at("2026-01-10T00:00:00")) == at("2026-01-31T00:00:00")
    assert last_end([], at("2026-01-10T00:00:00")) is None


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"starts": "61 * * * *"}, {"lasts": "long"}]
)
def test_a_while_that_is_none_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"expected a|unknown"):
        Recurring.model_validate({"starts": "0 16 * * fri", "lasts": "64h", **wrong})


@pytest.mark.parametrize(
    ("now", "changes"),
    [
        ("2026-01-07T12:00:00", "2026-01-09T15:00:00"),
        ("2026-01-09T15:00:00", "2026-01-12T07:00:00"),
        ("2026-01-12T07:00:00", "2026-01-16T15:00:00"),
        ("2026-03-28T12:00:00", "2026-03-30T07:00:00"),
    ],
)
def test_it_is_known_when_it_next_begins_or_ends(now: str, changes: str) -> None:
    assert WEEKEND.changes(at(now)) == at(changes)


def test_one_that_begins_anew_while_it_lasts_goes_on() -> None:
    daily = Recurring.model_validate({"starts": "0 8 * * *", "lasts": "30h"})
    assert daily.until(at("2026-01-09T09:00:00")) == at("2026-01-10T14:00:00")
    assert daily.changes(at("2026-01-09T09:00:00")) == at("2026-01-10T08:00:00")
