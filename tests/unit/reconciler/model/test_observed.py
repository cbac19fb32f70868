"""What was observed, as plain values."""

from reconciler.model.observed import Actual, Figures, JobState
from tests.unit.reconciler.stage import NOW


def test_the_share_of_errors_is_of_the_requests() -> None:
    assert Figures(requests=200, errors=3).error_rate == 0.015
    assert Figures().error_rate == 0.0


def test_a_job_moves_only_downwards_in_its_life() -> None:
    assert [state.value for state in JobState] == ["waiting", "running", "succeeded", "failed", "cancelled"]


def test_an_empty_world_is_all_empty() -> None:
    world = Actual(NOW)
    assert not world.data.branches
    assert not world.data.versions
    assert not world.pool.jobs
    assert not world.controls.approved
