"""RE2 expressions: nothing is refused that RE2 takes, and what people write of Perl's is told."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.model.re2 import re2_fault


def takes(expression: str) -> bool:
    """Ask RE2 itself, as the runner does."""
    try:
        pc.match_substring_regex(pa.array([""]), expression)
    except pa.ArrowInvalid:
        return False
    return True


PIECES = (
    "a", "[", "]", "[^]]", "[a-z]", "[[:alpha:]]", "[(]", "(", ")", "(?:", "(?i)", "(?P<n>", "(?<n>", "(?=", "(?!",
    "(?<=",
    "(?<!", "(?>", "(?#", "(?P=n)", r"\1", r"\\", r"\d", r"\pL", r"\z", r"\Q", r"\E", r"\(", "*", "+", "?", "*+", "{2}",
    "{2}+", "{", "}", "|", "^", "$", ".", "-", "\n", "é",
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
@example(r"\Q(?=\E")
@example("[(?=]")
@example("[[:alpha:](?=]")
@example("a{2}+")
@example("}+")
@example("[]a]")
def test_nothing_is_refused_that_re2_takes(expression: str) -> None:
    if takes(expression):
        assert re2_fault(expression) is None


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (r"^(?!x)", "`(?!` is lookaround"),
        (r"(?<=x)y", "`(?<=` is lookaround"),
        (r"(a)\1", r"`\1` is a back reference"),
        (r"(?P<a>x)(?P=a)", "`(?P=` is a back reference"),
        ("a++", "`++` is a possessive repetition"),
        ("(?>a)", "`(?>` is a construct"),
        ("(?(1)a|b)", "`(?(` is a construct"),
        ("(a", "`(` is never closed"),
        ("a)", "`)` closes nothing"),
        ("[a", "`[` is never closed"),
        ("a\\", "is an escape of nothing"),
    ],
)
def test_what_re2_has_not_is_told(expression: str, what: str) -> None:
    assert what in str(re2_fault(expression))
    assert not takes(expression)
