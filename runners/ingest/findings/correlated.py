"""Columns that say nearly the same, by pairs of a sample."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runners.ingest.findings.finding import Finding, listed
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.correlations import Correlations, Pair, correlate
from runners.ingest.profile.intervals import widened

NEARLY = {"spearman": 0.99, "correlation_ratio": 0.95, "cramers_v": 0.95}
"""The size of a correlation from which on two columns say nearly the same: of classes a few may be other ones."""
SURE = 0.9
"""What the near end of its interval must reach, too; the intervals of all pairs hold at once, with 95 %."""
MOST_PAIRS = 20
"""Pairs that are evidence of one finding, the strongest."""
_WORDS = {"spearman": "Spearman's rho", "correlation_ratio": "correlation ratio", "cramers_v": "Cramér's V"}


def correlated(ground: Ground, rows: Mapping[str, Any]) -> Correlations:
    """Compare all columns that a model may learn from, by a sample of rows."""
    return correlate(rows, {name: column.type for name, column in ground.features.items()})


def of_correlations(ground: Ground, found: Correlations) -> Iterator[Finding]:
    """Find columns that say nearly the same, those that hang together in one finding."""
    z = widened(len(found.pairs))
    near = [pair for pair in found.strongest if _is_near(pair) and pair.least(z) > SURE]
    for names in _groups(near):
        columns = tuple(name for name in found.columns if name in names)
        pairs = [pair for pair in near if names.issuperset(pair.columns)]
        yield _finding(ground, columns, pairs, found)


def _is_near(pair: Pair) -> bool:
    """Tell whether two columns are nearly the same, and not only one of them a part of what the other says."""
    return pair.is_mutual and abs(pair.value) >= NEARLY[pair.measure]


def _groups(pairs: Sequence[Pair]) -> list[set[str]]:
    """Return the columns that hang together."""
    groups: list[set[str]] = []
    for pair in pairs:
        joined = {name for group in groups if group.intersection(pair.columns) for name in group}.union(pair.columns)
        groups = [group for group in groups if not group & joined] + [joined]
    return groups


def _finding(ground: Ground, columns: tuple[str, ...], pairs: Sequence[Pair], found: Correlations) -> Finding:
    weakest = pairs[-1]
    low, high = weakest.interval()
    most = max(columns, key=lambda name: ground.features[name].distinct)
    of = "" if len(columns) == 2 else f" of {' and '.join(weakest.columns)}"
    at_least = "" if len(columns) == 2 else "at least "
    told = f"{_WORDS[weakest.measure]}{of} {weakest.value:.3f} ({low:.3f} to {high:.3f})"
    return Finding(
        "nearly_same",
        "info",
        columns,
        f"{listed(columns, 6)} say nearly the same: {at_least}{told}",
        f"keep the one that is known earliest and says most (most values differ in {most}), and name the others in "
        "exclude of the experiment: what a model finds important is divided among them by chance",
        {
            "pairs": [pair.as_json() for pair in pairs[:MOST_PAIRS]],
            "sampled_rows": found.rows,
            "compared": len(found.pairs),
        },
    )
