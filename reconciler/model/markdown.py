"""Markdown as forges render it (GitHub Flavored Markdown): tables, figures, and text of others, which is none."""

import math
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from reconciler.model.text import visible

_SPAN = re.compile(r"(`[^`\n]+`)")
"""Code between backticks; nothing in it is Markdown or HTML."""
_ACTIVE = re.compile(r"[\\`*\[\]<>&~$]|(?<!\w)_|_(?!\w)|(?<!\w)@(?=\w)|:(?=//)|(?i:(?<=www)\.)")
"""What begins emphasis, links, pictures, HTML and formulas, what forges take for a mention of somebody, and what GFM
makes a link of by itself."""
_INERT = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "@\u2060", ":": "&#58;", ".": "&#46;"}
"""How those are written that a backslash doesn't make plain; a word joiner shows nothing."""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table; bars and line breaks in its cells are escaped."""
    lines = [list(heads), *(list(row) for row in rows)]
    texts = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
    return "\n".join([texts[0], "|" + " --- |" * len(lines[0]), *texts[1:]])


def escaped(text: str) -> str:
    """Write a text of others so that it shows as it is; only what stands between backticks becomes code."""
    parts = _SPAN.split(" ".join(visible(text).split("\n")))
    return "".join(part if place % 2 else _ACTIVE.sub(_inert, part) for place, part in enumerate(parts))


def code(text: str) -> str:
    """Write a text of others as code on one line, whatever is in it."""
    shown = " ".join(visible(text).split("\n"))
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}" if longest or not shown.strip() else f"`{shown}`"


def link(text: str, path: str) -> str:
    """Write a link to a file of the same branch; `text` is Markdown, the path whatever a job chose."""
    return f"[{text}]({quote(path)})"


def picture(what: str, path: str) -> str:
    """Write a picture of the same branch, with what it shows for who doesn't see it."""
    return f"!{link(escaped(what), path)}"


def _inert(found: re.Match[str]) -> str:
    return _INERT.get(found[0]) or f"\\{found[0]}"


def figure(value: Any) -> str:
    """Write a figure with four significant digits, and an exponent only where it has to be; nothing for None."""
    if not isinstance(value, float):
        return "" if value is None else str(value)
    if value and math.isfinite(value) and 1e-4 <= abs(value) < 1e12:
        text = f"{value:.{max(0, 3 - math.floor(math.log10(abs(value))))}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.4g}"


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
