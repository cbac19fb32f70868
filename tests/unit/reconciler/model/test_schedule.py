"""Cron as crontab(5) means it, in UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.schedule import last_fire, next_fire, trigger

NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
"""A Wednesday."""


def day(cron: str) -> str:
    found = next_fire(cron, NOON)
    assert found is not None
    return f"{found:%a %d %b %H:%M}"


def test_a_schedule_fires_after_now_and_fired_up_to_now() -> None:
    assert next_fire("0 * * * *", NOON) == NOON + timedelta(hours=1)
    assert last_fire("0 * * * *", NOON) == NOON
    assert last_fire("0 * * * *", NOON - timedelta(seconds=1)) == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 3 * * 0", "Sun 11 Jan 03:00"),
        ("0 3 * * 7", "Sun 11 Jan 03:00"),
        ("0 3 * * sun", "Sun 11 Jan 03:00"),
        ("0 3 * * 1", "Mon 12 Jan 03:00"),
        ("0 3 * * 1-5", "Thu 08 Jan 03:00"),
        ("0 3 * * MON-FRI", "Thu 08 Jan 03:00"),
        ("0 3 * * 6,0", "Sat 10 Jan 03:00"),
        ("0 3 * * fri-sun", "Fri 09 Jan 03:00"),
        ("0 3 * * 5-7", "Fri 09 Jan 03:00"),
        ("0 3 * * sun-tue", "Sun 11 Jan 03:00"),
        ("0 3 * * */2", "Thu 08 Jan 03:00"),
        ("0 3 * * 1-5/2", "Fri 09 Jan 03:00"),
        ("0 3 * * 5/2", "Fri 09 Jan 03:00"),
        ("0 3 * * *", "Thu 08 Jan 03:00"),
    ],
)
def test_days_of_the_week_count_from_sunday(cron: str, expected: str) -> None:
    assert day(cron) == expected


def test_where_both_days_are_restricted_either_will_do() -> None:
    assert day("0 3 20 * 5") == "Fri 09 Jan 03:00"
    assert day("0 3 8 * 1") == "Thu 08 Jan 03:00"
    assert last_fire("0 3 6 * 1", NOON) == NOON.replace(day=6, hour=3)


@pytest.mark.parametrize("cron", ["", "* * * *", "* * * * * *", "61 * * * *", "* * * * 8", "* * * * 6-2", "@daily"])
def test_what_is_no_cron_expression_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        trigger(cron)


def test_rare_schedules_are_found() -> None:
    assert last_fire("0 0 29 2 *", NOON) == datetime(2024, 2, 29, tzinfo=UTC)
    assert next_fire("0 0 29 2 *", NOON) == datetime(2028, 2, 29, tzinfo=UTC)
    assert last_fire("30 6 1 1 *", NOON) == datetime(2026, 1, 1, 6, 30, tzinfo=UTC)


@given(
    st.sampled_from(["* * * * *", "*/7 * * * *", "5 */3 * * *", "0 3 * * 1-5", "0 0 1 * *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001  given its zone below
)
def test_the_last_and_the_next_fire_stand_on_either_side_of_now(cron: str, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    last, upcoming = last_fire(cron, now), next_fire(cron, now)
    assert last is not None
    assert upcoming is not None
    assert last <= now < upcoming
    assert next_fire(cron, last) == upcoming
