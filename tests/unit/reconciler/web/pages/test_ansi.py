"""What a job printed is shown with its colours, and nothing in it acts or hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.web.pages.ansi import MOST_SPANS, shown


@pytest.mark.parametrize(
    ("printed", "page"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("\x1b[31mred\x1b[0m usual", '<span class="ink-red">red</span> usual'),
        ("\x1b[1;32mgood\x1b[22m.", '<span class="bold ink-green">good</span><span class="ink-green">.</span>'),
        ("\x1b[32m.\x1b[39musual", '<span class="ink-green">.</span><span class="ink-">usual</span>'),
        ("\x1b[91mbright\x1b[m", '<span class="ink-red">bright</span>'),
        ("\x1b[38;5;31mof many\x1b[38;2;1;31;3m colours", "of many colours"),
        ("\x1b[44mground", "ground"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x07", '<span class="hidden-sign">\\x07</span>'),
        ("\x1b]0;title\x07", '<span class="hidden-sign">\\x1b</span>]0;title<span class="hidden-sign">\\x07</span>'),
        ("\x1b[2J", '<span class="hidden-sign">\\x1b</span>[2J'),
        ("\u202eabc", '<span class="hidden-sign">\\u202e</span>abc'),
    ],
)  # fmt: skip
def test_it_is_shown_as_what_it_is(printed: str, page: str) -> None:
    assert str(shown(printed)) == page


def test_of_very_many_colours_the_last_are_left_out() -> None:
    page = str(shown("\x1b[31ma\x1b[32mb" * MOST_SPANS))
    assert page.count("<span") <= MOST_SPANS
    assert page.endswith("abab")


@given(st.text(st.sampled_from("a<>&\"'\x1b[];0123mJ\x00\x07\r\n\u202e\ud800\x9b"), max_size=40))
def test_whatever_is_printed_is_text(printed: str) -> None:
    page = str(shown(printed))
    assert not set(page) & set("\x1b\x00\x07\r\u202e\ud800\x9b")
    page.encode()
    assert page.count("<") == 2 * page.count("<span class=")
