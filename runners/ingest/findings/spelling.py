"""Categories that are written in several ways: `NY`, `ny ` and `Ny` are three to a model."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from runners.ingest.findings.finding import Finding, listed
from runners.ingest.findings.ground import Ground
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes

MOST_CATEGORIES = 1_000
FEWEST_EACH = 2
"""How often values occur on average in a column of categories."""
LONGEST = 100
_SPACES = re.compile(r"\s+")


def of_spelling(ground: Ground) -> Iterator[Finding]:
    """Find categories that differ by case, spaces or the form of their signs only."""
    for name, column in ground.summary.columns.items():
        if name == ground.identifier or not _holds_categories(column):
            continue
        groups = variants([str(value) for value in column.values() or ()])
        if groups:
            yield _finding(name, groups, column, shown=ground.shows(name))


def _holds_categories(column: ColumnSummary) -> bool:
    if not isinstance(column.figures, Classes) or column.type != "string" or not column.figures.frequent.is_exact:
        return False
    return 1 < column.distinct <= MOST_CATEGORIES and column.count >= FEWEST_EACH * column.distinct


def variants(values: list[str]) -> list[list[str]]:
    """Return groups of texts that are the same but for their spelling."""
    groups: dict[str, list[str]] = defaultdict(list)
    for value in values:
        if len(value) <= LONGEST:
            groups[_SPACES.sub(" ", unicodedata.normalize("NFKC", value)).strip().casefold()].append(value)
    return [sorted(group) for _, group in sorted(groups.items()) if len(group) > 1]


def _finding(name: str, groups: list[list[str]], column: ColumnSummary, *, shown: bool) -> Finding:
    counts = dict(column.top(column.distinct))
    rows = sum(sum(sorted((counts[value] for value in group), reverse=True)[1:]) for group in groups)
    examples = f", such as {listed([repr(value) for value in groups[0]])}" if shown else ""
    return Finding(
        "spelling_variants",
        "warning",
        (name,),
        f"{name} has {sum(map(len, groups)):,} categories that are {len(groups):,} but for case or spaces{examples}",
        f"write each in one way at the source; columns.{name}.enum refuses the others from then on",
        {"categories": sum(map(len, groups)), "meant": len(groups), "rows": rows},
    )
