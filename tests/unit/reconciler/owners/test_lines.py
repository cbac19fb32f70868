"""Lines of CODEOWNERS: what is a word, an owner, a comment."""

import pytest

from reconciler.owners.lines import faults, numbered, owners_of, words
from reconciler.owners.rules import MOST_OWNERS, Owner


def test_comments_and_empty_lines_say_nothing_and_are_counted() -> None:
    assert list(numbered("# a\n\n  b @c \r\n\t#d\ne")) == [(3, "b @c"), (5, "e")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a @b  @c", ["a", "@b", "@c"]),
        (r"a\ b @c", ["a b", "@c"]),
        (r"\#a @c # @d", ["#a", "@c"]),
        ("a#b @c", ["a#b", "@c"]),
        (r"a\* \\ @c", [r"a\*", r"\\", "@c"]),
        ("a\\", ["a\\"]),
        ("", []),
    ],
)
def test_a_line_is_split_at_spaces_that_nothing_escapes(line: str, found: list[str]) -> None:
    assert words(line) == found


def test_owners_are_so_many_and_so_long_and_those_that_are_none_are_told() -> None:
    found = owners_of(["@a", "x" * 600], lambda text: Owner(text, person=text))
    assert [(owner.person, bool(owner.flaw)) for owner in found] == [("@a", False), ("", True)]
    assert [(one.line, one.holds) for one in faults(7, found)] == [(7, False)]
    with pytest.raises(ValueError, match=f"more than {MOST_OWNERS} owners"):
        owners_of(["@a"] * (MOST_OWNERS + 1), Owner)
