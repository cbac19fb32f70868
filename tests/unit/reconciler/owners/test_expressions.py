"""Regular expressions, held against Python's where both take them, and against time."""

import re
import time
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.owners.expressions import compiled

SIMPLE = st.text(st.sampled_from("ab*+?(|).[]^$-{}2,"), max_size=12)


@given(SIMPLE, st.text(st.sampled_from("ab-^"), max_size=8))
def test_what_an_expression_matches_is_what_python_s_does_where_both_take_it(expression: str, text: str) -> None:
    assume("{," not in expression)  # a letter here, as in Go
    try:
        ours = compiled(expression, 5000)
    except ValueError:
        return
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        try:
            theirs = re.compile(expression)
        except re.error:  # `^*`, which Go takes
            return
    assert ours.matches(text) is bool(theirs.search(text))


@pytest.mark.parametrize(
    ("expression", "inside", "outside"),
    [
        ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
        ("^(ab|c)+d?$", ["abc", "cabd"], ["d", ""]),
        (r"^[^]a-c]\.x$", ["d.x"], ["a.x", "].x", "dx"]),
        (r"^\w+\s\D$", ["a1 b"], ["a1 1", "a-b c"]),
        (r"^[\d_]$", ["1", "_"], ["a"]),
        (r"\Aa\z", ["a"], ["ab", "ba"]),
        ("^a{,2}$", ["a{,2}"], ["aa"]),
        ("^.$", ["a"], ["\n", ""]),
        ("^a{0}b*?$", ["", "bb"], ["a"]),
        ("^x{2,}$", ["xx", "xxx"], ["x"]),
    ],
)
def test_an_expression_means_what_it_does_in_go(expression: str, inside: list[str], outside: list[str]) -> None:
    found = compiled(expression, 1000)
    assert [text for text in inside if not found.matches(text)] == []
    assert [text for text in outside if found.matches(text)] == []


def test_what_would_backtrack_elsewhere_takes_its_length() -> None:
    start = time.process_time()
    assert not compiled("^(((a*)*)*|(a|a)*)*!$", 1000).matches("a" * 2000)
    assert time.process_time() - start < 10, "seconds of this machine"
