"""Summaries: what the rows of a table are like, by a value of bounded size that joins with those of other rows.

    summary = summarise(batches, {"age": "number", "ill": "boolean"}, target="ill")
    summary.merged(summarise(others, ...))  # that of all these rows
    from_bytes(to_bytes(summary))  # the same again

Law of the room: a summary is made of rows alone, without input or output, and joining two needs no rows. While few
values differ its figures are exact, and are the same in whatever order the rows come and however they are cut; beyond
that each is an estimate whose bound is a part of it. Nothing draws lots.
"""

from runners.tables.summary.columns import ColumnSummary
from runners.tables.summary.parts import Summary, summarise, summary_of
from runners.tables.summary.stored import from_bytes, to_bytes

__all__ = ["ColumnSummary", "Summary", "from_bytes", "summarise", "summary_of", "to_bytes"]
"""The public face of the room."""
