"""Gaps: which columns are missing in the same rows. Counted over all rows, by pairs of columns."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.findings.finding import Finding, listed
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.intervals import of_classes
from runners.tables.summary import Summary

MOST_COLUMNS = 256
"""Columns whose gaps are counted by pairs: the first of these that a table has."""
TOGETHER = 0.8
"""The lower end of the association of two columns' gaps above which they are missing together."""
FEWEST = 10


class Gaps:
    """How often two columns are missing in the same row, as far as rows were seen."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)[:MOST_COLUMNS]
        self.counts: NDArray[np.int64] = np.zeros((len(self.columns),) * 2, np.int64)

    def see(self, group: Any, _found: Summary) -> None:
        """Take the next rows."""
        gaps = {place: group.column(name) for place, name in enumerate(self.columns) if group.column(name).null_count}
        if not gaps:
            return
        masks = np.column_stack([v.is_null().to_numpy(zero_copy_only=False) for v in gaps.values()]).astype(np.float32)
        places = list(gaps)
        self.counts[np.ix_(places, places)] += np.rint(masks.T @ masks).astype(np.int64)


def of_gaps(ground: Ground, gaps: Gaps) -> Iterator[Finding]:
    """Find columns that are missing together."""
    missing = np.diag(gaps.counts)
    for group in _together(gaps.counts, ground.rows):
        names = tuple(gaps.columns[place] for place in group)
        both = int(gaps.counts[np.ix_(group, group)].min())
        yield Finding(
            "missing_together",
            "info",
            names,
            f"{listed(names, 6)} are missing in the same rows: all of two in {both:,} at least",
            "see whether they come from one source that lacks these rows; if so, one column that says so is enough",
            {"both": both, "missing": [int(missing[place]) for place in group][:20]},
            preparation="impute",
        )


def _together(counts: NDArray[np.int64], rows: int) -> list[list[int]]:
    """Return the places of columns that hang together by their gaps, in groups."""
    groups: list[list[int]] = []
    for place in range(len(counts)):
        near = [group for group in groups if any(_goes(counts, place, other, rows) for other in group)]
        joined = sorted([place, *(other for group in near for other in group)])
        groups = [group for group in groups if group not in near] + [joined]
    return sorted(group for group in groups if len(group) > 1)


def _goes(counts: NDArray[np.int64], left: int, right: int, rows: int) -> bool:
    """Tell whether the gaps of two columns go together, by the lower end of their correlation."""
    one, two, both = (int(counts[at]) for at in ((left, left), (right, right), (left, right)))
    if min(one, two, both) < FEWEST or max(one, two) >= rows:
        return False
    spread = math.sqrt(one * (rows - one)) * math.sqrt(two * (rows - two))
    return of_classes(min(1.0, max(-1.0, (both * rows - one * two) / spread)), rows)[0] > TOGETHER
