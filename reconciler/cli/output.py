"""What people and scripts read: tables and colours on a terminal, JSON where `--json` asks for it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reconciler.model.decision import Standing

STYLES: Mapping[str, str] = {
    Standing.READY.value: "green",
    Standing.RECONCILING.value: "blue",
    Standing.WAITING.value: "yellow",
    Standing.STALLED.value: "red",
}
SIGNS: Mapping[str, str] = {"+": "green", "-": "red", "~": "yellow"}

as_json = click.option("--json", "to_json", is_flag=True, help="Print JSON.")
"""The option that every verb has."""


def console() -> Console:
    """Return the console for people; without a terminal it wraps nothing."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=200, soft_wrap=True)


def print_json(document: Any) -> None:
    """Print a JSON document."""
    print(json.dumps(document, indent=2, default=str, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Row:
    """One resource as the overview shows it."""

    address: str
    state: str
    reason: str
    message: str
    since: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the row as JSON-compatible values."""
        return {k: getattr(self, k) for k in ("address", "state", "reason", "message", "since")}


def row_of(address: str, document: Mapping[str, Any]) -> Row:
    """Return the row of a status document."""
    ready: Mapping[str, Any] = next((c for c in document.get("conditions") or () if c.get("type") == "Ready"), {})
    return Row(
        address,
        str(document.get("state", "waiting")),
        str(ready.get("reason", "")),
        str(ready.get("message", "")),
        str(ready.get("since", "")),
    )


def overview(rows: Iterable[Row], title: str = "") -> Table:
    """Draw rows as a table."""
    table = Table("resource", "state", "message", title=title or None, box=None, title_justify="left", pad_edge=False)
    for row in rows:
        table.add_row(row.address, Text(row.state, STYLES.get(row.state, "")), row.message, style=None)
    return table


def figures(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Table:
    """Draw a table of figures, four decimals each."""
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(f"{v:.4f}" if isinstance(v, float) else "" if v is None else str(v) for v in row))
    return table
