"""Who goes on under which name: by the spec alone, and found again whatever it was called in the last status."""

import pytest

from reconciler.model.ids import Address
from reconciler.model.moves import Moves, former_told, moves_of
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage

A, B, C = (Address(f"datasets/{name}") for name in "abc")


def moves(*resources: Resource, broken: Address | None = None, **former: list[str]) -> Moves:
    """Return the moves of a commit; `former` are the former names that the status of each name tells, if any."""
    recorded = {Address(f"datasets/{n}"): {"facts": {"moved_from": f} if f else {}} for n, f in former.items()}
    wanted = stage.desired(*resources, broken={broken: ()} if broken else None)
    return moves_of(wanted, recorded)


def test_where_nothing_has_moved_everything_has_its_own_name() -> None:
    found = moves(stage.resource(A), a=[], b=[])
    assert found == Moves()
    assert (found.identity(A), found.holder(B), found.recorded_as(A)) == (A, B, A)


def test_what_has_moved_goes_on_under_its_first_name_and_has_all_of_them() -> None:
    found = moves(stage.resource(C, moved_from=["a", "b"]))
    assert found.identity(C) == A
    assert [found.holder(name) for name in (A, B, C)] == [C, C, C]


@pytest.mark.parametrize(
    ("status", "place"), [({"a": []}, A), ({"b": ["a"]}, B), ({"c": ["a", "b"]}, C), ({"a": [], "c": []}, A)]
)
def test_its_status_is_found_whatever_it_was_called_then(status: dict[str, list[str]], place: Address) -> None:
    found = moves(stage.resource(C, moved_from=["a", "b"]), **status)
    assert found.recorded_as(C) == place


def test_one_that_is_renamed_back_finds_its_status() -> None:
    found = moves(stage.resource(A), b=["a"])
    assert (found.identity(A), found.recorded_as(A), found.holder(A)) == (A, B, A)


def test_one_that_no_longer_says_so_is_another() -> None:
    found = moves(stage.resource(B), b=["a"])
    assert found.identity(B) == B
    assert found.recorded_as(B) is None
    assert found.recorded_as(A) == B
    assert found.told == {B: A}


def test_what_is_broken_or_gone_keeps_the_name_that_it_was_recorded_with() -> None:
    for found in (moves(broken=B, b=["a"]), moves(b=["a"])):
        assert (found.identity(B), found.holder(A), found.recorded_as(B)) == (A, B, B)


def test_of_two_that_tell_of_one_name_that_which_has_it_now_counts() -> None:
    found = moves(stage.resource(A), broken=B, a=[], b=["a"])
    assert found.recorded_as(A) == A
    assert found.holder(A) == A


def test_what_somebody_wrote_by_hand_is_no_name() -> None:
    assert former_told(A, {"moved_from": ["../x", 3, "b"]}) == (B,)
    assert former_told(A, {"moved_from": "b"}) == ()
    assert former_told(A, None) == ()
