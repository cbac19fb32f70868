"""Parts of moments against the calendar of Python."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract.preparations import Moments
from runners.models.columns import moments
from runners.train.prepared.columns import Ready
from runners.train.prepared.moments import parts_of
from tests.unit.runners.train.prepared.one_column import answers, column


@settings(max_examples=30, deadline=None)
@given(st.lists(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), min_size=1, max_size=50))  # noqa: DTZ001
def test_parts_of_a_moment_are_those_of_the_calendar(moments_: list[datetime]) -> None:
    since = datetime(2000, 2, 29, 12, tzinfo=UTC)
    given_ = column(np.array(moments_, "datetime64[us]"), "MOMENT")
    how = Moments(parts=("year", "month", "day", "weekday", "hour", "minute", "elapsed"), since=since.isoformat())
    found = [given_.graph.values(number.tensor)[:, 0].tolist() for number in parts_of(given_, how)]
    for row, moment in enumerate(moments_):
        days = (moment.replace(tzinfo=UTC) - since) / timedelta(days=1)
        expected = [moment.year, moment.month, moment.day, moment.weekday(), moment.hour, moment.minute]
        assert [part[row] for part in found[:6]] == expected
        assert math.isclose(found[6][row], days, rel_tol=1e-15, abs_tol=1e-9)


def test_a_moment_is_read_in_any_zone_and_a_missing_one_has_no_parts() -> None:
    asked = ["1969-12-31T23:00:00-01:30", "1970-01-01T00:30Z", "1970-01-01 00:30", b"1970-01-01T14:30+14:00"]
    assert moments("c", asked).tolist() == [1_800_000_000] * 4
    given_ = column(np.array(["2026-01-01", "NaT"], "datetime64[us]"), "MOMENT")
    (year,) = parts_of(given_, Moments(parts=("year",)))
    told = answers(given_, Ready(("c",), year.tensor), ["2024-02-29", "", None, "0001-01-01"])
    assert (told[0], told[3]) == ([2024], [1])
    assert all(math.isnan(told[row][0]) for row in (1, 2))
