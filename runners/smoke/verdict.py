"""What is wrong with a revision's answers. Pure functions; the same answers give the same text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runners.asking import Answer
from runners.contract import Violation
from runners.contract.label_sets import labels_in
from runners.contract.mistakes import as_written
from runners.contract.text import counted
from runners.smoke.recordings import Recording

MOST = 20
"""Violations that are told; of more, only their number."""
_FIX = "the endpoint's model or its libraries differ from those that it was trained with"


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found: what is wrong, and the largest difference between two numbers."""

    violations: tuple[Violation, ...] = ()
    difference: float = 0.0
    spoken: frozenset[str] = frozenset()
    """The versions of the protocol by which it was asked."""


def judge(number: int, expected: Recording, answer: Answer, tolerance: float) -> Judged:
    """Hold one answer of version 2 against the recorded one."""
    where = f"example {number}"
    try:
        outputs = {output["name"]: output["data"] for output in answer.body["outputs"]}
    except (KeyError, TypeError):
        return _refused(where, answer)
    return together(
        compare(f"{where}, {name}", values, outputs.get(name), tolerance) for name, values in expected.outputs.items()
    )


def judge_batch(expected: Sequence[Recording], answer: Answer, tolerance: float) -> Judged:
    """Hold one answer of version 1, about all examples at once, against the recorded predictions."""
    where = "all examples by version 1"
    try:
        predictions = answer.body["predictions"]
    except (KeyError, TypeError):
        return _refused(where, answer)
    wanted = [value for recording in expected for value in recording.outputs.get("prediction", [])]
    if isinstance(predictions, list) and any(isinstance(one, list) for one in predictions):
        wanted = [_labels(value) for value in wanted]
    return compare(where, wanted, predictions, tolerance) if wanted else Judged()


def _labels(recorded: Any) -> Any:
    """Return a recorded set of labels as version 1 answers it, a list; what is no set stays as it is."""
    try:
        return labels_in(recorded)
    except (ValueError, TypeError):
        return recorded


def judge_whole(answer: Answer) -> Judged:
    """Hold a graph's answer to the examples of its models: they are of several rows, so that it may refuse them."""
    return _refused("the graph", answer) if answer.status >= 500 else Judged()


def named(name: str, judged: Judged) -> Judged:
    """Return what was found of one model of several, with its name."""
    return replace(
        judged, violations=tuple(one.model_copy(update={"where": f"{name}, {one.where}"}) for one in judged.violations)
    )


def compare(where: str, expected: Sequence[Any], found: Any, tolerance: float) -> Judged:
    """Compare values in order: numbers within the tolerance, anything else exactly."""
    if not isinstance(found, list) or len(found) != len(expected):
        size = counted(len(found), "value") if isinstance(found, list) else "nothing"
        what = f"{counted(len(expected), 'value')} {'was' if len(expected) == 1 else 'were'} expected, {size} came"
        return Judged((Violation(where=where, what=what, fix=_FIX),))
    differences = [_difference(one, other) for one, other in zip(expected, found, strict=True)]
    finite = [difference for difference in differences if difference is not None]
    wrong = [place for place, d in enumerate(differences) if d is None or d > tolerance]
    largest = max(finite, default=0.0)
    if not wrong:
        return Judged(difference=largest)
    place = wrong[0]
    at = f" at place {place}" if len(expected) > 1 else ""
    what = f"{as_written(expected[place])} was expected{at}, {as_written(found[place])} came"
    return Judged((Violation(where=where, what=what, fix=_FIX),), largest)


def _difference(expected: Any, found: Any) -> float | None:
    """Return how far apart two values are; None where they aren't numbers and differ."""
    if expected == found and type(expected) is type(found):
        return 0.0
    numbers = [value for value in (expected, found) if isinstance(value, int | float) and not isinstance(value, bool)]
    return abs(numbers[0] - numbers[1]) if len(numbers) == 2 else None


def _refused(where: str, answer: Answer) -> Judged:
    error = answer.body.get("error", answer.body) if isinstance(answer.body, dict) else answer.body
    what = f"it was answered with status {answer.status}: {error!s:.300}"
    return Judged((Violation(where=where, what=what, fix="see the revision's log"),))


def together(judged: Iterable[Judged]) -> Judged:
    """Put several findings together."""
    listed = list(judged)
    violations = tuple(violation for one in listed for violation in one.violations)
    if len(violations) > MOST:
        rest = Violation(where="the others", what=f"{len(violations) - MOST} more differ")
        violations = (*violations[:MOST], rest)
    return Judged(violations, max((one.difference for one in listed), default=0.0))
