"""What was observed, as plain values."""

from reconciler.model.observed import Actual, Figures, JobState
from tests.unit.reconciler.stage import NOW


def test_the_share_of_errors_is_of_the_requests() -> None:
    assert Figures(requests=200, errors=3).error_rate == 0.015
    assert Figures().error_rate == 0.0


def test_the_requests_above_a_time_are_told_from_the_buckets() -> None:
    told = Figures(requests=100, buckets={10: 50, 20: 90, float("inf"): 100})
    assert [told.slower_than(ms) for ms in (0, 10, 15, 20, 1000)] == [100, 50, 30, 10, 0]
    assert Figures(requests=3).slower_than(10) == 0


def test_figures_add_up() -> None:
    both = Figures(10, 1, {5: 4, 10: 10}).plus(Figures(2, 2, {5: 2, 10: 2}, "unread"))
    assert both == Figures(12, 3, {5: 6, 10: 12}, "unread")


def test_a_job_moves_only_downwards_in_its_life() -> None:
    assert [state.value for state in JobState] == ["waiting", "running", "succeeded", "failed", "cancelled"]


def test_an_empty_world_is_all_empty() -> None:
    world = Actual(NOW)
    assert not world.data.branches
    assert not world.data.versions
    assert not world.pool.jobs
    assert not world.controls.approved
