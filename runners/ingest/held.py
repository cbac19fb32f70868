"""What a growing table is held to beside its columns: rules row by row, keys and drift of all rows.

Rules look at new rows alone, as former ones held them. Keys are read of all parts, which are near, and of their columns
alone; drift is told by the summaries. Nothing of it reads the source again.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from runners.contract import Violation
from runners.ingest.draft import Draft
from runners.ingest.drift import drifted, previous_of
from runners.ingest.former import Former
from runners.ingest.keys import Keys
from runners.ingest.parameters import Parameters
from runners.ingest.rules import Rules
from runners.tables.content import GROUP_ROWS
from runners.tables.streamed import streamed
from runners.tables.summary import Summary
from runners.tables.types import Type


class Held:
    """One growing table, and what it is held to; it is closed at the end."""

    def __init__(
        self, params: Parameters, types: Mapping[str, Type], inputs: Mapping[str, str], base: Former | None
    ) -> None:
        """Prepare to see new rows.

        Args:
            params: what was asked for.
            types: how the columns are stored.
            inputs: the folders of the datasets that keys lead to, and of the version that was accepted before.
            base: the version that is gone on with, whose rows held the rules.
        """
        self._params, self._types, self._inputs = params, types, inputs
        self._rules = Rules(params, types, before=base.closed_rows if base else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rules.close()

    def see(self, stored: Any) -> None:
        """Hold the next new rows to the rules."""
        self._rules.see(stored)

    def violations(self, draft: Draft, summary: Summary) -> tuple[Violation, ...]:
        """Say what is broken, once all parts are there."""
        with TemporaryDirectory(prefix="setpoint-") as place:
            found = list(self._of_keys(draft, Path(place)))
        found += self._rules.violations(summary.rows)
        previous = previous_of(self._params, self._inputs)
        return (*found, *(drifted(summary, previous, self._params) if previous else ()))

    def details(self) -> list[dict[str, Any]]:
        """Return the rows that break rules, as JSON for the data store."""
        return self._rules.details()

    def _of_keys(self, draft: Draft, place: Path) -> Iterator[Violation]:
        params = self._params
        groups = (*params.unique, *(key.columns for key in params.foreign_keys))
        if not groups:
            return
        keys = Keys(params, self._types, self._inputs, place)
        there = [name for name in self._types if any(name in group for group in groups)]
        for part in draft.parts:
            for batch in streamed(draft.path(part.file), GROUP_ROWS, there):
                keys.see(batch)
        yield from keys.violations()
