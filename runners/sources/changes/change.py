"""A change of one row, or of all rows, whoever tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Op = Literal["put", "remove", "truncate"]
"""A row is there, in this state; a row is gone; all rows are gone."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a row.

    `row` holds its values by column: of one that is there its new state, of one that is gone at least its key.
    `unchanged` names columns whose values the sender left out, because they are as they were. `before` is the former
    state, or its key alone, where the sender tells it: always, where the key is another than it was. `at` is the moment
    of the change and `source` its place in the log, where the sender tells these.
    """

    op: Op
    row: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    unchanged: frozenset[str] = frozenset()
    at: datetime | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
