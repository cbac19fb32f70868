"""No link of the documentation is dead on a forge, and none leads to a part of a page that is not there."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.times import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"(?<!`)\]\(([^()\s]+(?:\([^()\s]*\))?)\)")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_ELSEWHERE = ("http://", "https://", "mailto:")
SHOWN = "docs/images/"


@cache
def parts(page: Path) -> frozenset[str]:
    """Return the anchors of a page, as forges and the site make them of its headings."""
    heads = re.findall(r"^#{1,6} (.+)$", _FENCED.sub("", page.read_text()), re.MULTILINE)
    made = [re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head)).strip().lower() for head in heads]
    return frozenset(name.replace(" ", "-") for name in made)


def links(page: Path) -> Iterator[str]:
    text = _CODE.sub("", _FENCED.sub("", page.read_text()))
    return (found for found in _LINK.findall(text) if not found.startswith(_ELSEWHERE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, part = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            dead.append(f"{link}: there is no such file")
        elif part and target.suffix == ".md" and part not in parts(target):
            dead.append(f"{link}: {target.name} has no such part")
    assert not dead, "\n".join(dead)


def test_every_picture_is_shown_somewhere() -> None:
    told = "\n".join(page.read_text() for page in PAGES)
    assert [path.name for path in (ROOT / SHOWN).iterdir() if path.name not in told] == []
