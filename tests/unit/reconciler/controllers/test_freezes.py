"""Freezes: whiles that come again, by cron and time zone."""

from datetime import UTC, datetime

import pytest

from reconciler.controllers.freezes import frozen_until
from reconciler.model.kinds.promotions import Freeze

WEEKEND = Freeze.model_validate({"starts": "0 16 * * fri", "lasts": "64h", "zone": "Europe/Berlin"})


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
    assert frozen_until([WEEKEND], at(now)) == (at(until) if until else None)


def test_of_several_the_one_that_ends_last_holds() -> None:
    longer = Freeze.model_validate({"starts": "0 0 1 1 *", "lasts": "30d"})
    assert frozen_until([WEEKEND, longer], at("2026-01-10T00:00:00")) == at("2026-01-31T00:00:00")
    assert frozen_until([], at("2026-01-10T00:00:00")) is None


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}, {"starts": "61 * * * *"}, {"lasts": "long"}]
)
def test_a_freeze_that_is_none_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"expected a|unknown"):
        Freeze.model_validate({"starts": "0 16 * * fri", "lasts": "64h", **wrong})
