"""Known gaps: what is not drawn, each with the reason; nothing is left out anywhere else."""

from collections.abc import Mapping
from types import MappingProxyType

GAPS: Mapping[str, str] = MappingProxyType(
    {
        "images and texts": "their runners are held by their own tests: a picture can't be shrunk cell by cell",
        "torch, and models by own code": "a process of their own for each trial takes longer than a whole problem here",
        "two environments with other secrets": "a runner sees one environment; the core's tests hold them apart",
        "empty texts in CSV": "CSV has no word for them: an empty cell is missing",
        "infinities in CSV": "CSV has no word for them: `inf` is taken for a text",
        "distances of drift": "their bins and limits are held by the monitor's own tests and its false-alarm rate",
        "estimated performance": "NannyML's CBPE and DLE have no second implementation to hold them against",
        "outcomes whose identifiers are spelled otherwise": "held by the tests of `runners.monitor.outcomes`",
        "labels by Dawid-Skene, ratings and numbers": "held by the tests of `runners.label`",
    }
)
"""What is left out, and why."""
UNSAYABLE = frozenset({("csv", "infinite"), ("csv", "empty text"), ("csv", "prose and empty texts")})
"""Formats with kinds of columns for which they have no word."""
