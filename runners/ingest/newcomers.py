"""Newcomers: columns that the source has and the schema doesn't name, where such are proposed.

A version is taken without them, as nobody has reviewed them; they are summarised as they pass by, so that the proposal
can say what they are like.
"""

from collections.abc import Mapping
from typing import Any

from runners.ingest.parameters import Parameters
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.statistics import describe
from runners.tables.content import GROUP_ROWS
from runners.tables.summary import Summary, summary_of
from runners.tables.types import Type

MOST = 200
"""New columns that are proposed at once: of more, something else is wrong with the source."""
_EVIDENCE = ("count", "missing", "missing_share", "distinct", "minimum", "maximum")


class Newcomers:
    """Takes new columns out of the rows, and summarises them."""

    def __init__(self, types: Mapping[str, Type], params: Parameters) -> None:
        """Tell new columns from others, where they are to be proposed."""
        known = {*(params.columns or types), *params.named}
        new = [name for name in types if name not in known] if params.takes_new == "propose" else []
        self._types = {name: types[name] for name in new}
        self._held: list[Any] = []
        self._summary: Summary | None = None
        self.others: dict[str, Type] = {name: type_ for name, type_ in types.items() if name not in self._types}

    def taken_from(self, stored: Any) -> Any:
        """Return a batch without its new columns."""
        if not self._types:
            return stored
        self._held.append(stored.select(list(self._types)))
        if sum(batch.num_rows for batch in self._held) >= GROUP_ROWS:
            self._summarise()
        return stored.select(list(self.others))

    def _summarise(self) -> None:
        import pyarrow as pa

        (whole,) = pa.Table.from_batches(self._held).combine_chunks().to_batches() or [None]
        self._held = []
        if whole is not None:
            found = summary_of(whole, self._types)
            self._summary = self._summary.merged(found) if self._summary else found

    @property
    def summary(self) -> Summary | None:
        """Return what the new columns are like; None where there are none, or no row."""
        if self._held:
            self._summarise()
        return self._summary


def proposed_newcomers(summary: Summary) -> Mapping[str, Any]:
    """Return the declarations of new columns that their values show, with what those are like."""
    few = dict(list(summary.columns.items())[:MOST])
    profile = {name: describe(column) for name, column in few.items()}
    evidence = [
        {"column": name, "of": summary.rows} | {key: told[key] for key in _EVIDENCE if key in told}
        for name, told in profile.items()
    ]
    return {"columns": propose_columns(profile), "evidence": evidence}
