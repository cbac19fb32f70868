"""Hashes of values."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary.hashes import mixed, text_hashes

Texts = st.lists(st.text(max_size=20), max_size=20)


@given(Texts)
def test_equal_texts_have_equal_hashes_and_others_others(texts: list[str]) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    first, second = (lane.tolist() for lane in text_hashes(pa.array(clean, pa.string())))
    assert len(set(first)) == len(set(second)) == len(set(clean))
    assert all(first[n] == first[clean.index(text)] for n, text in enumerate(clean))
    alone = [text_hashes(pa.array([text]))[0].tolist() for text in clean]
    assert first == [one for (one,) in alone]


def test_lengths_around_a_word_and_the_longest_are_told_apart() -> None:
    texts = [sign * length for sign in ("a", "\0") for length in range(300)]
    for lane in text_hashes(pa.array(texts)):
        assert len(set(lane.tolist())) == len(set(texts))
    whole, part = pa.array(texts), pa.array(["b" * 9, *texts, None]).slice(1, len(texts))
    assert [lane.tolist() for lane in text_hashes(whole)] == [lane.tolist() for lane in text_hashes(part)]


def test_hashes_are_the_same_everywhere() -> None:
    """They are written down in summaries, which other machines read."""
    assert mixed(np.array([0, 1, -1], np.int64)).tolist() == [
        16294208416658607535,
        10451216379200822465,
        16490336266968443936,
    ]
    first, second = text_hashes(pa.array(["", "abc", "x" * 200]))
    assert first.tolist() == [3220344897584144929, 9947591939306531277, 3294723692587824192]
    assert second.tolist() == [4302424893936767674, 17575143411238510393, 71825873066992928]
