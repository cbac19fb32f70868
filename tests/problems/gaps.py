"""Known gaps: what is not drawn, each with the reason; nothing is left out anywhere else."""

from collections.abc import Mapping
from types import MappingProxyType

GAPS: Mapping[str, str] = MappingProxyType(
    {
        "outcomes of pictures": "they are joined by the identifier as those of rows are, which traffic draws",
        "pictures labelled by people": "their labels are texts, as the names of their folders are, which albums draw",
        "trials on several nodes": "they are processes of their own: held by the tests of `runners.train.distributed`",
        "two environments with other secrets": "a runner sees one: drawn in `test_run_orders` of the controllers",
        "empty texts in CSV": "CSV has no word for them: an empty cell is missing",
        "infinities in CSV": "CSV has no word for them: `inf` is taken for a text",
        "distances of drift": "their bins and limits are held by the monitor's own tests and its false-alarm rate",
        "estimated performance": "NannyML's CBPE and DLE have no second implementation to hold them against",
        "outcomes whose identifiers are spelled otherwise": "held by the tests of `runners.monitor.outcomes`",
        "exports as JSON-MIN, a stated scale, gates other than 0": "held by the tests of `runners.label`",
    }
)
"""What is left out, and why."""
UNSAYABLE = frozenset({("csv", "infinite"), ("csv", "empty text"), ("csv", "prose and empty texts")})
"""Formats with kinds of columns for which they have no word."""
