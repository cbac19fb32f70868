"""Each message that the documentation quotes is one of the code, and the glossary is in the order of its words."""

import re

import pytest

from tests.times import ROOT

PAGE = (ROOT / "docs/troubleshooting.md").read_text()
MESSAGES = re.findall(r"^\| \*(.+?)\* \|", PAGE, re.MULTILINE) + re.findall(
    r"^\*(.+?)\* is an error", PAGE, re.MULTILINE
)
_PIECES = re.compile(r'"\s*\n\s*f?"')
"""Where a text of the code goes on in the next line."""
CODE = _PIECES.sub(
    "", "\n".join(path.read_text() for room in ("reconciler", "runners") for path in (ROOT / room).rglob("*.py"))
)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_of_the_page_is_one_of_the_code(message: str) -> None:
    for part in filter(None, map(str.strip, message.split("…"))):
        assert part in CODE


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 20


def test_the_glossary_is_in_order() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", (ROOT / "docs/concepts.md").read_text(), re.MULTILINE)
    assert words == sorted(words)
    assert len(words) > 40
