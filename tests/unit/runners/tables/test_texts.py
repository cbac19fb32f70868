"""The bytes of texts in an Arrow array."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.texts import bytes_of


@given(st.lists(st.none() | st.sampled_from(["", "a", "ü", "long text"]), max_size=8), st.integers(0, 8), st.booleans())
def test_each_text_is_where_it_is_told_in_any_slice(texts: list[str | None], start: int, large: bool) -> None:
    values = pa.array(texts, pa.large_string() if large else pa.string()).slice(start)
    starts, lengths, data = bytes_of(values)
    read = [data[begin : begin + length].tobytes().decode() for begin, length in zip(starts, lengths, strict=True)]
    assert read == [text or "" for text in texts[start:]]
    assert data.tobytes().decode() == "".join(read)
