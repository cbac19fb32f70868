"""Decisions: whoever looks for one finds it, in the order of their numbers."""

import re

from tests.times import ROOT

FILES = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_numbers_are_given_once() -> None:
    assert len({name[:4] for name in FILES}) == len(FILES)


def test_the_index_and_the_site_list_each_in_order() -> None:
    index = (ROOT / "docs" / "decisions" / "index.md").read_text()
    assert re.findall(r"^\| \[\d+\]\((\S+)\)", index, re.MULTILINE) == FILES
    site = (ROOT / "mkdocs.yml").read_text()
    assert re.findall(r"^ +- decisions/(\d\S+)$", site, re.MULTILINE) == FILES
