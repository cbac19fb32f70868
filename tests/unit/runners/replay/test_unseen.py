"""Rows that a model has learned from say nothing of how it answers others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runners.evaluate.seen import seen_of
from runners.replay.outcomes import Known
from runners.replay.unseen import without_seen


def seen(*names: object) -> object:
    return seen_of(["id"], [{"id": np.array(names, np.int64)}])


@given(own=st.sets(st.integers(0, 20)), live=st.sets(st.integers(0, 20)), places=st.sets(st.integers(0, 20)))
def test_no_row_is_judged_on_that_either_has_seen(own: set[int], live: set[int], places: set[int]) -> None:
    at = np.array(sorted(places), np.int64)
    known, counts = without_seen(
        Known(at, [f"y{place}" for place in sorted(places)]),
        list(range(21)),
        "id",
        {"candidate": seen(*own), "live": seen(*live)},  # type: ignore[dict-item]
    )
    left = sorted(places - own - live)
    assert (known.places.tolist(), list(known.values)) == (left, [f"y{place}" for place in left])
    assert counts == {"candidate": len(places & own), "live": len(places & live)}


def test_identifiers_are_the_same_whatever_clients_send_them_as() -> None:
    known, counts = without_seen(Known(np.arange(2), [1, 0]), ["7", 8], "id", {"live": seen(7)})  # type: ignore[dict-item]
    assert (list(known.values), counts) == ([0], {"live": 1})


def test_what_is_not_known_is_told() -> None:
    by_group = seen_of(["town"], [{"town": np.array(["x"], object)}])
    known, counts = without_seen(Known(np.arange(2), [1, 0]), [7, 8], "id", {"candidate": None, "live": by_group})
    assert (list(known.values), counts, len(known.notes)) == ([1, 0], {}, 2)
    assert without_seen(Known(np.arange(0), []), [7], "id", {"live": None})[0].notes == ()
