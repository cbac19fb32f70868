"""Only two places catch everything: the boundary of the loop, and of the command line."""

from tests.house.yardstick import broad_excepts, sources, told, where

MOST = 2
BOUNDARIES = ("reconciler/containment.py", "reconciler/cli/", "reconciler/__main__.py")


def test_catching_everything_is_for_the_boundaries() -> None:
    found = where(sources("reconciler"), broad_excepts)
    inside = [place for place in found if not place.startswith(BOUNDARIES)]
    assert not inside, told(inside, "Catch the errors that you know what to do about; the boundaries see to the rest.")
    assert len(found) <= MOST, told(found, f"At most {MOST}: one at the loop's boundary, one at the command line's.")
