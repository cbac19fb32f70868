"""Others' Markdown is words, tables and pictures of the status branch, whatever it tries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.web.pages.markdown import LONGEST, rendered

BASE = "/dev/files/"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<script>x</script>", "&lt;script&gt;"),
        ("![drift](plots/drift.svg)", 'src="/dev/files/reports/m/1/plots/drift.svg"'),
        ("[up](../../other/2/report.md)", 'href="/dev/files/reports/other/2/report.md"'),
        ("[out](../../../../../etc/passwd)", 'href=""'),
        ("![from elsewhere](https://elsewhere.example/x.png)", 'src=""'),
        ("[page](https://elsewhere.example/)", 'rel="noopener noreferrer nofollow"'),
        ("[a](javascript:alert)", "[a](javascript:alert)"),
        ("[a](//elsewhere.example/x)", 'href="//elsewhere.example/x" rel="noopener'),
        ("<details><summary>pictures</summary>\n\nx\n\n</details>", "<p>pictures</p>"),
        ("> [!IMPORTANT]\n> it drifts", "<strong>Important</strong>"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>2</td>"),
    ],
)
def test_links_lead_to_files_and_nothing_is_obeyed(text: str, told: str) -> None:
    assert told in rendered(text, BASE, "reports/m/1")


@given(st.text(alphabet="<>&\"'()[]!:/\\ax`|\n#*_-{}", max_size=200))
def test_whatever_is_written_makes_only_the_elements_of_markdown(text: str) -> None:
    allowed = "a|blockquote|br|code|em|h[1-6]|hr|img|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul"
    page = str(rendered(text, BASE))
    assert all(re.fullmatch(allowed, name) for name in re.findall(r"</?([^\s>/]*)", page))
    assert not re.search(r"""(?:href|src)="\s*(?:javascript|data|vbscript|file):""", page, re.IGNORECASE)


def test_a_text_without_end_is_cut() -> None:
    assert "cut here" in rendered("a\n\n" * (LONGEST // 3 + 1), BASE)[-100:]


def test_a_picture_that_isnt_there_is_told_by_its_words() -> None:
    page = rendered("![roc](roc.png) ![gone](gone.png)", BASE, "reports", {"reports/roc.png"})
    assert "roc.png" in page
    assert "gone.png" not in page
    assert " gone" in page
