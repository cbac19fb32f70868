"""Relations between spans of a text: from one span to another, with a label; compared as they are, merged by count.

A relation is `start, end` of the span that it begins at, then of the one that it leads to; one without a direction
begins at the first of the two in the text. What the spans themselves are called is asked as `spans`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from runners.contract import InputError
from runners.label.regions import Region, Regions, decided
from runners.label.spans import span_of

UNNAMED = "related"
"""The label of a relation that has none."""


def related_in(results: Iterable[Mapping[str, Any]], regions: Mapping[str, Any], where: str) -> Iterator[Region]:
    """Yield the relations among an annotation's results whose spans are among its regions, by their ids.

    Raises:
        InputError: a relation's span has no place, or its labels are no texts.
    """
    for item in results:
        if item.get("type") != "relation":
            continue
        ends = [regions[key] for end in ("from_id", "to_id") if (key := str(item.get(end))) in regions]
        if len(ends) < 2:
            continue  # of regions that another question marks
        labels = item.get("labels") or [UNNAMED]
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise InputError("a relation has labels that are no texts", where, "correct it where it was given")
        ways = [ends, ends[::-1]] if item.get("direction") == "left" else [ends]
        first, second = (_span(end, where) for end in ways[-1])
        if item.get("direction") == "bi":
            first, second = sorted([first, second])
        yield from (Region(label, (*first, *second)) for label in labels)


def _span(told: Mapping[str, Any], where: str) -> tuple[float, ...]:
    start, end = told.get("start"), told.get("end")
    span = span_of("", int(start), int(end)) if _is_place(start) and _is_place(end) else None
    if span is None:
        raise InputError("a relation's span has no place in its text", where, "correct it where it was given")
    return span.place


def _is_place(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53


def merge_relations(answers: Sequence[Regions]) -> tuple[list[Region] | None, float]:
    """Keep the relations that more than half of the annotators told; one that half of them told is a tie."""
    votes = Counter(region for regions in answers for region in set(regions))
    is_decided, sure = decided(votes.values(), len(answers))
    kept = sorted(region for region, count in votes.items() if 2 * count > len(answers))
    return kept if is_decided else None, sure
