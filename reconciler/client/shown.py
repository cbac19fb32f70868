"""What shows in a notebook: tables and pictures; whatever others wrote in them is text, and no part of the notebook."""

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from reconciler.model.text import visible

MOST = 200
"""Rows that a notebook shows."""


class Table(list[Mapping[str, Any]]):
    """Rows, where pandas isn't installed; a notebook shows them as a table."""

    @property
    def columns(self) -> Sequence[str]:
        """Return the names of all columns, in the order in which they come."""
        return list(dict.fromkeys(name for row in self for name in row))

    def _repr_html_(self) -> str:
        """Write the table for a notebook."""
        heads = "".join(f"<th>{_text(name)}</th>" for name in self.columns)
        rows = "".join(f"<tr>{self._cells(row)}</tr>" for row in self[:MOST])
        more = f"<p>{len(self) - MOST} more</p>" if len(self) > MOST else ""
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}"

    def _cells(self, row: Mapping[str, Any]) -> str:
        return "".join(f"<td>{_text(row.get(name))}</td>" for name in self.columns)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the status branch: PNG or SVG. One of vectors is shown as an image, where nothing in it can act."""

    name: str
    content: bytes

    @property
    def is_png(self) -> bool:
        """Tell whether it is a picture of dots."""
        return self.content.startswith(b"\x89PNG\r\n\x1a\n")

    def _repr_png_(self) -> bytes | None:
        """Return the picture for a notebook."""
        return self.content if self.is_png else None

    def _repr_html_(self) -> str | None:
        """Write the picture for a notebook."""
        if self.is_png:
            return None
        told = base64.b64encode(self.content).decode()
        return f'<img src="data:image/svg+xml;base64,{told}" alt="{_text(self.name)}">'


def framed(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return rows as a data frame where pandas is installed, and as a `Table` elsewhere."""
    try:
        pandas = import_module("pandas")
    except ModuleNotFoundError:
        return Table(rows)
    return pandas.DataFrame([dict(row) for row in rows])


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a row whose blocks are columns: `{metrics: {auc: 1}}` is `metrics.auc`."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _text(value: object) -> str:
    return html.escape(visible("" if value is None else str(value)), quote=True)
