"""Counts of texts and truths."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary import frequent
from runners.tables.summary.frequent import Frequent, frequent_of

FEW = 5
Texts = st.lists(st.sampled_from([*"aaaaabbbcdefghijklmnop", "ü", ""]), max_size=60)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Have estimates made of a few values already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frequent, "MOST", FEW)
        yield


def of(texts: list[str]) -> Frequent:
    return frequent_of(pa.array(texts, pa.string()).dictionary_encode())


def counts(found: Frequent) -> dict[str, int]:
    return dict(zip(found.values.to_pylist(), found.counts.tolist(), strict=True))


@given(st.tuples(Texts, Texts, Texts))
def test_counts_are_exact_while_few_values_differ_and_within_their_bound_beyond(
    parts: tuple[list[str], ...],
) -> None:
    texts = [text for part in parts for text in part]
    merged = of(parts[0]).merged(of(parts[1])).merged(of(parts[2]))
    true, found = Counter(texts), counts(merged)
    if len(true) <= FEW:
        assert (found, merged.lost) == (true, 0)
    for text in true:
        assert found.get(text, 0) <= true[text] <= found.get(text, 0) + merged.lost
    assert len(found) <= FEW
    assert merged.lost <= len(texts) / (FEW + 1)


@given(Texts, Texts)
def test_either_part_may_come_first(left: list[str], right: list[str]) -> None:
    first, second = of(left).merged(of(right)), of(right).merged(of(left))
    assert first.lost == second.lost
    assert first.is_exact <= (counts(first) == counts(second))


def test_long_values_find_less_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequent, "MOST_BYTES", 10)
    found = of(["x" * 8] * 3 + ["y" * 8] * 2 + ["z"])
    assert counts(found) == {"x" * 8: 1}
    assert found.lost == 2


def test_the_most_frequent_come_first_and_ties_in_their_order() -> None:
    assert of(list("cabbc")).top(2) == [("b", 2), ("c", 2)]
    assert of(list("cab")).top(2) == [("a", 1), ("b", 1)]
    assert of([]).top(2) == []
