"""The README's section on labels: how far the annotators agree, who errs how often, and what is in dispute."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconciler.model.ids import Address
from reconciler.model.markdown import escaped, figure, link, picture, table
from reconciler.status.shown import index_path

MOST = 20
"""Annotators that are told of labels."""
MOST_LABELS = 10
"""Labels that the README tells of; the others' pages do."""
_SCORES = ("accuracy", "f1", "likeness")
"""What tells how often, or how nearly, an annotator says what was merged."""
_HEADS = ("annotator", "answers", "as merged", "95 % interval", "gold questions")


def labels_section(labels: Iterable[tuple[Address, Mapping[str, Any]]]) -> str:
    """Write who said what, by the status documents of labels; nothing where none tells of annotators.

    A runner may have left anything in the place of figures: what is none is passed over.
    """
    parts = [f"### {address}\n\n{told}" for address, document in labels if (told := agreement(document, ""))]
    more = [f"And {len(parts) - MOST_LABELS} more: {link('labels', index_path('labels'))}"]
    return (
        "\n\n".join(["## Labels", *parts[:MOST_LABELS], *(more if len(parts) > MOST_LABELS else [])]) if parts else ""
    )


def agreement(document: Mapping[str, Any], root: str) -> str:
    """Write who said what of one resource's labels; nothing where its status tells of no annotators."""
    facts = document.get("facts", {})
    result = facts.get("result")
    if not isinstance(result, Mapping) or not (rows := _rows(result)):
        return ""
    return "\n\n".join(filter(None, (_disputes(result), table(_HEADS, rows), _pictures(facts, root))))


def _disputes(result: Mapping[str, Any]) -> str:
    told = {name: result.get(name) for name in ("answered", "disputes", "ties")}
    if not all(isinstance(count, int) for count in told.values()):
        return ""
    disputed = result.get("most_disputed")
    names = [one.get("id") for one in disputed if isinstance(one, Mapping)] if isinstance(disputed, list) else []
    first = ", ".join(escaped(str(name)) for name in names)
    return f"Of {told['answered']} answered examples {told['disputes']} are in dispute, {told['ties']} of them ties" + (
        f": first {first}." if first else "."
    )


def _rows(result: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    people = result.get("annotators")
    gold = result.get("gold")
    known = gold.get("annotators") if isinstance(gold, Mapping) else None
    if not isinstance(people, Mapping):
        return ()
    return [
        (escaped(str(name)), *_figures(told), _gold(known.get(name) if isinstance(known, Mapping) else None))
        for name, told in list(people.items())[:MOST]
        if isinstance(told, Mapping)
    ]


def _figures(told: Mapping[str, Any]) -> tuple[str, str, str]:
    score = next((told[name] for name in _SCORES if name in told), None)
    ends = told.get("interval")
    interval = " to ".join(map(_figure, ends)) if isinstance(ends, list) and len(ends) == 2 else ""
    return _figure(told.get("answers")), _figure(score), interval


def _gold(told: Any) -> str:
    """Tell how many known answers somebody gave, and whether that is held for too few."""
    if not isinstance(told, Mapping):
        return ""
    sign = "🔴 " if told.get("under") is True else ""
    return f"{sign}{_figure(told.get('right'))} of {_figure(told.get('answers'))} right"


def _figure(value: Any) -> str:
    return "" if value is None else escaped(figure(value))


def _pictures(facts: Mapping[str, Any], root: str) -> str:
    shown = [picture(path.rpartition("/")[2], root + path) for path in facts.get("pictures") or ()]
    if not shown:
        return ""
    return f"<details><summary>who said what, and what is in dispute</summary>\n\n{' '.join(shown)}\n\n</details>"
