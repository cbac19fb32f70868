"""What the page of labels' data shows of agreement: how far annotators agree, on which labels, who errs how often."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.web.pages.documents import Facts, document, mapping, number, numbers, text
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.tables import Cell, Table, intervals

MOST = 200
"""Labels and annotators that are listed."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How labels agree: in a sentence, by label, by annotator, and pictures of that."""

    words: str
    tables: Sequence[Table]
    pictures: Sequence[str]


def agreement(one: Snapshot, facts: Facts) -> Agreement:
    """Return how the newest labels agree.

    Raises:
        Unavailable: the repository can't be read.
    """
    run = text(facts.get("version") or facts.get("run"))
    told = document(one.tree, f"reports/{run}/agreement.json") or mapping(facts, "result")
    tables = [_labels(told), _annotators(told)]
    pictures = [path for path in map(text, facts.get("pictures") or ()) if path in one.tree.files]
    return Agreement(_words(told, facts), [table for table in tables if table.rows], pictures)


def _words(told: Facts, facts: Facts) -> str:
    alpha, ends = number(told.get("alpha")), numbers(told, "interval")
    if alpha is None:
        return text(mapping(facts, "result").get("undefined"))
    between = f", 95 % interval {ends[0]:.3f} to {ends[1]:.3f}" if len(ends) == 2 and None not in ends else ""
    scale = text(told.get("distance") or told.get("scale"))
    return f"Krippendorff's alpha {alpha:.3f}{between}" + (f" ({scale} distance)" if scale else "")


def _between(value: object, told: Facts) -> dict[str, object]:
    ends = numbers(told, "interval")
    return {"value": value, "low": ends[0], "high": ends[1]} if len(ends) == 2 else {"value": value}


def _labels(told: Facts) -> Table:
    labels = [(str(name), mapping(mapping(told, "labels"), name)) for name in list(mapping(told, "labels"))[:MOST]]
    drawn = intervals([_between(each.get("alpha"), each) for _, each in labels])
    rows: list[tuple[Cell, ...]] = [
        (name, one or text(each.get("alpha"))) for (name, each), one in zip(labels, drawn, strict=True) if each
    ]
    return Table("Agreement by label", ("label", "alpha, 95 % interval"), rows)


def _annotators(told: Facts) -> Table:
    found = mapping(told, "annotators")
    each = [(str(name), mapping(found, name)) for name in list(found)[:MOST]]
    drawn = intervals([_between(one.get("accuracy"), one) for _, one in each])
    rows: list[tuple[Cell, ...]] = [
        (name, text(one.get("answers")), bar or text(one.get("accuracy")))
        for (name, one), bar in zip(each, drawn, strict=True)
    ]
    heads = ("annotator", "answers", "accuracy against the merged labels, 95 % interval")
    return Table("Annotators", heads, rows)
