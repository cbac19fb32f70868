"""Texts of others as people are shown them: on a page, where markup is escaped, and in Markdown, where nothing acts."""

import re

MOST = 2_000
"""Characters of a text that are shown."""
_ACTIVE = re.compile(r"[\\`*\[\]<>&~$|]|^[#+-]|(?<!\w)_|_(?!\w)|(?<!\w)@(?=\w)|:(?=//)|(?i:(?<=www)\.)")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", ":": "&#58;", ".": "&#46;"}


def visible(text: str) -> str:
    """Return a text on one line, cut to what is shown, with what changes how others are read written as an escape."""
    cut = text if len(text) <= MOST else text[: MOST - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def inert(text: str) -> str:
    """Return a text that Markdown shows as it is: no link, no picture, no HTML, no mention of anybody."""
    return _ACTIVE.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), visible(text))
