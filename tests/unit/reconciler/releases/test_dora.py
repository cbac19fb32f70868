"""The four metrics, from releases that are made up."""

from dataclasses import replace
from datetime import timedelta

from reconciler.releases.dora import dora
from reconciler.releases.release import Release
from tests.unit.reconciler.releases.made import hour

ONE = Release("dev", "deployments/x", "one", "c0ffee", when=hour(0), written=hour(-1), served=hour(1))
WEEK = 7 * 24


def test_each_figure_has_the_number_that_it_is_told_from() -> None:
    failed = replace(ONE, when=hour(10), written=hour(10), served=hour(16), failed=True, restored=hour(14))
    unknown = replace(ONE, when=hour(20), served=None, failed=True)
    told = dora((ONE, failed, unknown), hour(3 * WEEK)).as_json()
    assert told["lead_time"] == {
        "median_seconds": 4 * 3600,
        "least_seconds": 2 * 3600,
        "most_seconds": 6 * 3600,
        "count": 2,
        "of": 3,
    }
    assert told["deployment_frequency"] == {"per_week": 1.0, "count": 3, "seconds": 3 * WEEK * 3600}
    assert told["change_failure_rate"] == {"rate": 2 / 3, "failed": 2, "of": 3}
    assert (told["time_to_restore"]["median_seconds"], told["time_to_restore"]["count"]) == (4 * 3600, 1)
    assert told["time_to_restore"]["of"] == 2


def test_a_return_is_a_release_that_brings_no_change() -> None:
    told = dora((ONE, replace(ONE, is_return=True)), hour(2))
    assert (told.lead_time.of, told.deployment_frequency.count, told.change_failure_rate.of) == (1, 2, 2)


def test_the_time_that_is_asked_about_counts_from_its_beginning() -> None:
    assert dora((ONE,), hour(WEEK), hour(-WEEK)).deployment_frequency.per_week == 0.5
    assert dora((ONE,), hour(WEEK)).deployment_frequency.per_week == 1
    assert dora((ONE,), hour(WEEK - 1)).deployment_frequency.per_week is None
    assert dora((ONE,), hour(-5)).deployment_frequency.span == timedelta(), "clocks differ"


def test_a_revert_by_the_daemon_is_the_restore_of_a_failure_and_no_release() -> None:
    failed = replace(ONE, failed=True, served=None, restored=hour(4))
    told = dora((failed, replace(ONE, is_return=True, is_revert=True, when=hour(3), served=hour(4))), hour(5))
    assert (told.deployment_frequency.count, told.change_failure_rate.failed, told.change_failure_rate.of) == (1, 1, 1)
    assert (told.time_to_restore.count, told.time_to_restore.median) == (1, timedelta(hours=4))
    assert told.lead_time.of == 1
