"""What findings are made from: the summary of the rows, the roles of the columns, and which of them are sensitive."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.ingest.parameters import Parameters
from runners.tables.summary import ColumnSummary, Summary


@dataclass(frozen=True)
class Ground:
    """All that is known of a table beside its rows."""

    summary: Summary
    identifier: str | None = None
    target: str | None = None
    timestamp: str | None = None
    hidden: frozenset[str] = frozenset()
    distinct: Mapping[str, int] = field(default_factory=dict, hash=False)
    """How many values differ of the columns in which that was counted beside the summary."""

    fixed: frozenset[str] = frozenset()
    """Columns that hold one value by nature, of which there is nothing to tell."""

    texts: frozenset[str] = frozenset()
    """Columns that the spec declares to be texts, whatever their values look like."""

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return self.summary.rows

    @property
    def features(self) -> dict[str, ColumnSummary]:
        """Return the columns that a model may learn from."""
        others = {self.identifier, self.target, self.timestamp, *self.fixed}
        return {name: column for name, column in self.summary.columns.items() if name not in others}

    @property
    def goal(self) -> ColumnSummary | None:
        """Return the target's column."""
        return self.summary.columns.get(self.target) if self.target else None

    def shows(self, name: str | None) -> bool:
        """Tell whether the values of a column may be told."""
        return name not in self.hidden


def ground_of(summary: Summary, params: Parameters, distinct: Mapping[str, int]) -> Ground:
    """Return what is known of a table that was ingested."""
    columns = summary.columns
    roles = (params.identifier, params.target, params.timestamp)
    identifier, target, timestamp = (name if name in columns else None for name in roles)
    hidden = frozenset(name for name, declared in (params.columns or {}).items() if declared.sensitive)
    texts = frozenset(name for name, declared in (params.columns or {}).items() if declared.type == "string")
    fixed = params.source.fixed
    return Ground(summary, identifier, target, timestamp, hidden, distinct, fixed, texts)
