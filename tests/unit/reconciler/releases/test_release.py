"""A release's own times."""

from dataclasses import replace
from datetime import timedelta

from reconciler.releases.release import Release
from tests.unit.reconciler.releases.made import hour

RELEASE = Release("dev", "deployments/x", "one", "c0ffee", when=hour(5), written=hour(3))


def test_times_are_known_when_their_ends_are() -> None:
    assert (RELEASE.lead_time, RELEASE.restore_time) == (None, None)
    known = replace(RELEASE, served=hour(6), restored=hour(9))
    assert (known.lead_time, known.restore_time) == (timedelta(hours=3), timedelta(hours=4))


def test_clocks_that_differ_make_no_time_negative() -> None:
    known = replace(RELEASE, served=hour(1), restored=hour(1))
    assert known.lead_time == known.restore_time == timedelta()


def test_a_name_tells_it_from_others() -> None:
    assert RELEASE.name == "deployments/x@c0ffee"
