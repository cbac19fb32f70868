"""Markdown as forges render it: tables, figures and numbers of things."""

from collections.abc import Iterable
from typing import Any


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table; bars and line breaks in its cells are escaped."""
    lines = [list(heads), *(list(row) for row in rows)]
    texts = ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
    return "\n".join([texts[0], "|" + " --- |" * len(lines[0]), *texts[1:]])


def figure(value: Any) -> str:
    """Write a figure with four significant digits, a text as it is, and nothing for None."""
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def counted(count: Any, noun: str) -> str:
    """Write a number of things: `1 alert`, `2 alerts`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
