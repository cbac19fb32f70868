"""Marginal gain: how many labels the newest answers have changed."""

from collections.abc import Iterable
from heapq import nlargest
from typing import Any

from runners.label.annotators import wilson
from runners.label.examples import Examples
from runners.label.kinds import Kind
from runners.label.matching import Matched, match
from runners.label.merging import NOBODYS, Labels
from runners.label.questions import Answered


def newest(given: Iterable[Answered], count: int) -> list[tuple[str, str, str]]:
    """Return so many newest answers, each by when it was given, its task and who gave it; fewer where there are fewer.

    Answers that don't say when they were given aren't among them.
    """
    keys = ((answer.given, task.name, answer.annotator) for task in given for answer in task.answers if answer.given)
    return nlargest(count, keys)


def without(given: Iterable[Answered], keys: Iterable[tuple[str, str, str]]) -> Iterable[Answered]:
    """Yield tasks without some answers."""
    left = frozenset(keys)
    for task in given:
        kept = tuple(one for one in task.answers if (one.given, task.name, one.annotator) not in left)
        if kept:
            yield task._replace(answers=kept)


def gain_of(kind: Kind, now: Matched, before: Matched, count: int) -> dict[str, Any]:
    """Return what the newest answers have changed: of the examples that had one before and got another, the labels.

    A label that became a tie, or a tie that became a label, has changed. Examples that nobody had answered before say
    nothing of that: they aren't counted. The interval is that of Wilson, 95 %.

    Args:
        kind: how answers are merged.
        now: all answers.
        before: the same without the newest.
        count: how many newest were looked at.
    """
    new, old = _labels(kind.merge(now.answers), now), _labels(kind.merge(before.answers), before)
    votes, former = _votes(now), _votes(before)
    touched = [name for name, number in former.items() if votes.get(name, 0) > number]
    changed = sum(new[name] != old[name] for name in touched)
    share = round(changed / len(touched), 6) if touched else None
    told = {"answers": count, "examples": len(touched), "changed": changed, "share": share}
    return told | {"interval": wilson(changed, len(touched))}


def split(given: Iterable[Answered], again: Iterable[Answered], examples: Examples, count: int) -> Matched | None:
    """Return what was said before the newest answers; None where there are too few that tell when they were given.

    Args:
        given: all answers.
        again: the same once more.
        examples: the examples of the dataset.
        count: how many newest there are to be.
    """
    keys = newest(given, count)
    return match(without(again, keys), examples) if len(keys) == count else None


def _labels(merged: Labels, matched: Matched) -> dict[Any, str | None]:
    names = (None if place == NOBODYS else merged.names[place] for place in merged.label.tolist())
    return dict(zip(matched.answers.examples, names, strict=True))


def _votes(matched: Matched) -> dict[Any, int]:
    return dict(zip(matched.answers.examples, matched.answers.votes().tolist(), strict=True))
