"""What the page of labels' data shows: how far annotators agree, on which labels, and what is disputed."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.web.pages.documents import Facts, document, listed, mapping, mappings, number, numbers, text
from reconciler.web.pages.snapshot import Snapshot
from reconciler.web.pages.tables import Cell, Table, intervals

MOST = 200
"""Labels, annotators and disputes that are listed."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How labels agree: in a sentence, by label, by annotator, what is disputed, and pictures of that."""

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
    disputed = listed(one.tree, f"reports/{run}/disputes.json") or mappings(mapping(facts, "result"), "most_disputed")
    tables = [_labels(told), _annotators(told), _disputes(disputed, mapping(facts, "result"))]
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


def _disputes(disputed: Sequence[Facts], result: Facts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (text(one.get("id")), _label(one), _confidence(one), text(one.get("answers"))) for one in disputed[:MOST]
    ]
    count = number(result.get("disputes")) or len(rows)
    note = f"{len(rows)} of {count:,.0f} are listed, the most disputed first." if count > len(rows) else ""
    return Table("Disputed examples", ("example", "merged label", "confidence", "answers"), rows, note, pinned=True)


def _label(told: Facts) -> str:
    found = next((told[key] for key in ("label", "labels", "regions", "spans") if key in told), None)
    return "a tie" if found is None else text(found)


def _confidence(told: Facts) -> str:
    value = number(told.get("confidence"))
    return "" if value is None else f"{value:.2f}"
