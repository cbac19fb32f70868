"""Columns that say little: constant, nearly constant, mostly missing, or mixed; and what is odd about the target's."""

from collections.abc import Iterator

from pyarrow import compute as pc

from runners.counting import counted
from runners.ingest.findings.finding import Finding, listed
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.preparations import IMBALANCE
from runners.ingest.profile.statistics import apart
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes, is_class
from runners.tables.summary.frequent import Frequent
from runners.tables.summary.pairs import FEW_NUMBERS, MOST_CLASSES

NEARLY = 0.995
"""Share of the rows with a value above which one value makes a column nearly constant."""
FEWEST = 100
"""Values below which a column isn't called nearly constant, nor a class rare."""
MOSTLY = 0.8
"""Share of missing values above which a column is mostly missing."""
_NUMBERS = r"^\s*[+-]?(\d+([.,]\d+)*|\.\d+)([eE][+-]?\d+)?\s*$"
_PLAIN = r"^\s*[+-]?\d+([.,]\d+)?\s*$"
_COMMA = r"^\s*[+-]?\d+,\d+\s*$"
MIXED = 0.8
"""Share of the texts that are numbers above which the others are odd."""


def of_columns(ground: Ground) -> Iterator[Finding]:
    """Find columns that say little, by their own values."""
    features = ground.features
    constant = tuple(name for name, c in features.items() if c.count and c.distinct == 1)
    if constant:
        yield Finding(
            "constant",
            "info",
            constant,
            f"{counted(len(constant), 'column')} with one value only: {listed(constant)}",
            "leave them out, by exclude of the experiment",
            {"columns": len(constant)},
            preparation="drop_constant",
        )
    for name, column in features.items():
        yield from _nearly_constant(name, column)
        yield from _mostly_missing(name, column, ground.rows)
        if name not in ground.texts:
            yield from _mixed(name, column)


def _nearly_constant(name: str, column: ColumnSummary) -> Iterator[Finding]:
    most = column.top(1) if column.count >= FEWEST and column.distinct > 1 else []
    if most and (share := most[0][1] / column.count) > NEARLY:
        others = column.count - most[0][1]
        yield Finding(
            "nearly_constant",
            "info",
            (name,),
            f"{name} has one value in {share:.2%} of the rows that have one, another in {others:,}",
            "see whether the others are real; where they are faults, correct the source or leave the column out",
            {"share": round(share, 6), "others": others},
        )


def _mostly_missing(name: str, column: ColumnSummary, rows: int) -> Iterator[Finding]:
    if column.missing > MOSTLY * rows:
        yield Finding(
            "mostly_missing",
            "info",
            (name,),
            f"{name} is missing in {column.missing / rows:.2%} of the rows",
            f"see why the source holds so little of it; a limit is columns.{name}.missing",
            {"missing": column.missing, "share": round(column.missing / rows, 6)},
            preparation="impute" if column.count else "drop_empty",
        )


def _mixed(name: str, column: ColumnSummary) -> Iterator[Finding]:
    """Find a column of texts most of which are numbers: the few others made texts of all, or a comma in some did."""
    if column.type != "string" or not isinstance(column.figures, Classes) or not column.count:
        return
    frequent = column.figures.frequent
    told, numbers, plain, commas = (_fitting(frequent, pattern) for pattern in ("", _NUMBERS, _PLAIN, _COMMA))
    if told and MIXED * told < numbers < told:
        others = column.count - numbers if frequent.is_exact else told - numbers
        yield Finding(
            "mixed_types",
            "warning",
            (name,),
            f"{name} is read as text, though {numbers / told:.2%} of its values are numbers: {others:,} aren't",
            f"correct the others at the source, where they stand for a missing value by leaving them empty; "
            f"or declare columns.{name}.type: string",
            {"numbers": numbers, "others": others, "is_exact": frequent.is_exact},
            preparation="encode",
        )
    if told == plain and commas:
        yield Finding(
            "mixed_types",
            "warning",
            (name,),
            f"{name} is read as text, though all of its values look like numbers: {commas:,} are written with a comma",
            f"write them with a point at the source, best in a column of numbers; or declare columns.{name}.type: "
            "string",
            {"numbers": numbers, "commas": commas, "is_exact": frequent.is_exact},
            preparation="encode",
        )


def _fitting(frequent: Frequent, pattern: str) -> int:
    """Count the values that fit a pattern, among those that are known by themselves."""
    fits = pc.match_substring_regex(frequent.values, pattern).to_numpy(zero_copy_only=False)
    return int(frequent.counts[fits].sum())


def of_target(ground: Ground) -> Iterator[Finding]:
    """Find what is odd about the target's own values."""
    goal = ground.goal
    if goal is None or not ground.target:
        return
    if goal.missing:
        yield Finding(
            "target_missing",
            "info",
            (ground.target,),
            f"{counted(goal.missing, 'row')} of {ground.rows:,} without a target, which can't be learned from",
            f"label them, or leave them out at the source; a limit is columns.{ground.target}.missing",
            {"missing": goal.missing},
            preparation="drop_rows_without_target",
        )
    if is_goal_of_classes(goal):
        yield from _imbalance(ground, ground.target, goal)


def is_goal_of_classes(goal: ColumnSummary) -> bool:
    """Tell whether a target's values are classes."""
    few = goal.type == "integer" and goal.distinct <= FEW_NUMBERS
    return few or (is_class(goal.type) and goal.distinct <= MOST_CLASSES)


def _imbalance(ground: Ground, name: str, goal: ColumnSummary) -> Iterator[Finding]:
    classes = goal.top(goal.distinct)
    if goal.count < FEWEST or len(classes) < 2:
        return
    share = classes[-1][1] / goal.count
    if share < IMBALANCE / (len(classes) - 1):
        rarest, commonest = apart([str(classes[-1][0]), str(classes[0][0])])
        which = f"class {rarest}" if ground.shows(name) else "one class"
        other = f"class {commonest}" if ground.shows(name) else "another"
        yield Finding(
            "class_imbalance",
            "info",
            (name,),
            f"{which} of {name} has {share:.2%} of the rows ({classes[-1][1]:,}), {other} "
            f"{classes[0][1] / goal.count:.2%}",
            "choose a metric that looks at the rare class (such as average_precision), and gate on it by slice",
            {"rarest": classes[-1][1], "commonest": classes[0][1], "classes": len(classes)},
            preparation="balance_classes",
        )
