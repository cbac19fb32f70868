"""Texts of others as people are shown them."""

import pytest

from runners.ingest.profile.shown import MOST, inert, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain_name is 1.5", "plain_name is 1.5"),
        ("<b>", "&lt;b&gt;"),
        ("[a](http://b)", r"\[a\](http&#58;//b)"),
        ("*a* `b` ~c~ $d$ |", r"\*a\* \`b\` \~c\~ \$d\$ \|"),
        ("ask @all", "ask &#64;all"),
        ("# head", r"\# head"),
        ("_x_", r"\_x\_"),
    ],
)
def test_markdown_shows_a_text_as_it_is(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_what_changes_how_others_are_read_is_an_escape_and_long_texts_end() -> None:
    assert visible("a\nb\u202ec\x1b") == r"a\nb\u202ec\x1b"
    assert len(visible("x" * 9999)) == MOST
