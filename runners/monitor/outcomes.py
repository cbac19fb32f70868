"""The true outcomes, as they arrive later in life: read by the dataset's own readers, kept for the rows asked about."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from runners.contract import InputError
from runners.ingest.sources import Source, read
from runners.monitor.columns import text_of


def read_outcomes(source: Source, identifier: str, target: str, wanted: Collection[Any]) -> dict[Any, Any]:
    """Return the outcomes by the text of their identifier, for the rows that are wanted; the last of several counts.

    Args:
        source: a query or files that give the columns of the identifier and of the target.
        identifier: name of the column that names a row.
        target: name of the column that holds the outcome.
        wanted: texts of the identifiers asked for.

    Raises:
        InputError: the source is wrong, or has no such columns.
        SourceUnavailable: it is out of reach.
    """
    keep, found = set(wanted), dict[Any, Any]()
    for batch in read(source).batches:
        for name in (identifier, target):
            _check(name, batch.schema.names)
        frame: pd.DataFrame = batch.select([identifier, target]).to_pandas()
        names = frame[identifier].map(text_of)
        is_told = names.isin(keep) & frame[target].notna()
        found |= dict(zip(names[is_told], frame.loc[is_told, target], strict=True))
    return found


def _check(name: str, names: Collection[str]) -> None:
    if name not in names:
        what = f"the outcomes have no column {name}; they have {', '.join(names)}"
        raise InputError(what, "outcomes", f"let the query or the files give {name}")
