"""Names of slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.sources.changes.slots import Names, Slot
from runners.sources.parameters import ChangesSource


@given(st.text(max_size=200), st.text(max_size=50))
def test_a_name_is_one_and_tells_whose_it_is(dataset: str, environment: str) -> None:
    source = ChangesSource(url="postgresql://x", table="loans")
    names = Names.of(source, dataset, environment, "main")
    assert len(names.slot) <= 63
    assert set(names.slot) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert names == Names.of(source, dataset, environment, "main")
    assert names != Names.of(source, dataset, environment + "-else", "main")
    assert names != Names.of(source, dataset, environment, "another")
    assert names != Names.of(source.model_copy(update={"table": "others"}), dataset, environment, "main")


def test_a_name_that_is_given_is_kept() -> None:
    source = ChangesSource(url="postgresql://x", table="loans", slot="ours", publication="theirs")
    assert Names.of(source, "datasets/a", "b", "c") == Names("ours", "theirs")


def test_a_slot_is_lost_where_the_server_says_so_in_either_way() -> None:
    assert Slot("lost", 0, None, "").is_lost
    assert Slot("reserved", 0, None, "idle_timeout").is_lost
    assert not Slot("unreserved", 0, None, "").is_lost


@pytest.mark.parametrize(
    ("status", "left", "bound", "is_near"),
    [
        ("reserved", 1000, 1000, False),
        ("reserved", 250, 1000, False),
        ("extended", 251, 1000, False),
        ("extended", 249, 1000, True),
        ("reserved", 0, 1000, True),
        ("unreserved", None, None, True),
        ("unreserved", -5, 1000, True),
        ("reserved", None, None, False),
        ("", None, None, False),
    ],
)
def test_a_slot_is_near_its_end_where_a_quarter_of_its_bound_or_nothing_is_left(
    status: str, left: int | None, bound: int | None, *, is_near: bool
) -> None:
    slot = Slot(status, 0, left, "", bound)
    assert slot.is_near_its_end == is_near
    assert slot.as_json().get("slot_is_near_its_end", False) == is_near
