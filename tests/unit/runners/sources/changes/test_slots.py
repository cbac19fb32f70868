"""Names of slots."""

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
