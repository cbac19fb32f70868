"""What people and scripts read: tables and colours on a terminal, JSON where `--json` asks for it.

All text goes out by `console` or `print_json`, and neither obeys anything in it: what specs, jobs and forges wrote is
no markup, and no terminal sees its control characters. Colours come from `styled` alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from reconciler.model.text import counted as counted  # noqa: PLC0414 - the verbs look for it here

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

STYLES: Mapping[str, str] = {
    "ready": "green",
    "alerting": "red",
    "reconciling": "blue",
    "waiting": "yellow",
    "stalled": "red",
}
"""The colour of each state that is shown (`reconciler.model.condition.shown_state`)."""
SIGNS: Mapping[str, str] = {"+": "green", "-": "red", "~": "yellow"}

as_json = click.option("--json", "to_json", is_flag=True, help="Print JSON.")
"""The option that every verb has."""


def console() -> "Console":
    """Return the console for people; without a terminal it wraps nothing."""
    from rich.console import Console

    found = Console(highlight=False, markup=False, emoji=False)
    if found.is_terminal:
        return found
    return Console(highlight=False, markup=False, emoji=False, width=200, soft_wrap=True)


def styled(text: object, style: str = "") -> "Text":
    """Return a text in a style; nothing in it is obeyed, by `rich` or by a terminal."""
    from rich.text import Text

    from reconciler.model.text import visible

    return Text(visible(str(text)), style)


def say(*parts: object, style: str = "", end: str = "\n") -> None:
    """Print parts side by side: those made by `styled` in their colours, others as they are."""
    from rich.text import Text

    line = Text(style=style)
    for part in parts:
        line.append_text(part if isinstance(part, Text) else styled(part))
    console().print(line, end=end)


def print_json(document: Any) -> None:
    """Print a JSON document; what JSON leaves as it is and a terminal would obey is escaped."""
    from reconciler.model.text import json_visible

    print(json_visible(json.dumps(document, indent=2, default=str, ensure_ascii=False)))


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
    from reconciler.model.condition import ready_of, shown_state

    ready = ready_of(document)
    return Row(
        address,
        shown_state(document),
        str(ready.get("reason", "")),
        str(ready.get("message", "")),
        str(ready.get("since", "")),
    )


def overview(rows: Iterable[Row], title: str = "", wide: bool = False) -> "Table":
    """Draw rows as a table; a wide one has since when the state stands, beside it, and the reason."""
    heads = ("resource", "state", "since", "reason", "message") if wide else ("resource", "state", "message")
    lines = []
    for row in rows:
        more = (row.since, row.reason) if wide else ()
        lines.append((row.address, styled(row.state, STYLES.get(row.state, "")), *more, row.message))
    return table(heads, lines, title)


def table(heads: Sequence[str], rows: Iterable[Iterable[Any]], title: str = "") -> "Table":
    """Draw a table: floats with four decimals, nothing for None."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, title=styled(title) if title else None, title_justify="left")
    for head in heads:
        drawn.add_column(styled(head))
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else styled(_cell(cell)) for cell in row))
    return drawn


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "" if value is None else str(value)
