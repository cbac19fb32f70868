"""Markdown: tables and figures as a reviewer reads them."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, each cell on its line and none of them HTML: names and values of the data stand in them."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def figure(value: float | None, signed: bool = False) -> str:
    """Write a figure with four digits after the point; nothing where there is none."""
    if value is None:
        return ""
    size = abs(value)
    text = f"{value:+.4f}" if signed else f"{value:.4f}"
    return text if size < 10_000 else f"{value:+.4g}" if signed else f"{value:.4g}"
