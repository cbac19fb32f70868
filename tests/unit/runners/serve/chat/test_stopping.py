"""Where a text ends."""

from hypothesis import given
from hypothesis import strategies as st

from runners.serve.chat.stopping import Stopping


@given(
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=12),
    st.lists(st.text("ab", min_size=1, max_size=3), max_size=3),
)
def test_it_ends_before_the_first_stop_however_it_is_cut(tokens: list[str], stops: list[str]) -> None:
    stopping, told = Stopping(stops), ""
    for token in tokens:
        told += stopping.add(token)
        if stopping.is_over:
            break
    told += stopping.rest()
    text = "".join(tokens)
    seen = text[: len(told) + 3] if stopping.is_over else text
    assert text.startswith(told)
    assert not any(stop in told for stop in stops)
    assert stopping.is_over == any(stop in text for stop in stops)
    assert stopping.is_over or told == seen
