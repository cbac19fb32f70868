"""The verdict on labels: everything for which they are refused."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from runners.contract import Violation
from runners.label.exports import JOINT
from runners.label.merging import Answers
from runners.label.parameters import Parameters

SHOWN = 5
"""Cases that a violation or the facts name one by one."""


def judge(params: Parameters, answers: Answers, strays: Sequence[str], alpha: float | None) -> Iterator[Violation]:
    """Yield everything for which labels are refused.

    Args:
        params: the gates and the allowed choices.
        answers: what was said of each example.
        strays: the tasks that show no example.
        alpha: Krippendorff's alpha, None where it is undefined.
    """
    if strays:
        what = f"{len(strays):,} tasks show no example of the dataset: {_named(strays)}"
        yield Violation(where="tasks", what=what, fix="give each task the example's path or `id` in its data")
    if not answers:
        yield Violation(where="answers", what="no example of the dataset has an answer", fix="label some examples")
        return
    yield from _of_choices(params.choices, answers)
    yield from _of_numbers(params.agreement.annotators, answers)
    yield from _of_alpha(params.agreement.alpha, alpha)


def _of_choices(allowed: Collection[str] | None, answers: Answers) -> Iterator[Violation]:
    if allowed is None:
        return
    alien: dict[str, list[str]] = {}
    said = [(f"{ex} by {who}", label) for ex, given in answers.items() for who, label in given.items()]
    for case, label in said:
        for choice in () if label in allowed else label.split(JOINT):
            if choice not in allowed:
                alien.setdefault(choice, []).append(case)
    for choice, cases in sorted(alien.items()):
        what = f"{len(cases):,} answers are {choice!r}, which is not among choices: {_named(cases)}"
        yield Violation(where="choices", what=what, fix="correct the answers, or add it to choices")


def _of_numbers(least: int, answers: Answers) -> Iterator[Violation]:
    few = [f"{example} ({len(given)})" for example, given in answers.items() if len(given) < least]
    if few:
        what = f"{len(few):,} of {len(answers):,} answered examples have fewer than {least} answers: {_named(few)}"
        yield Violation(where="answers", what=what, fix="have them labelled again, or lower agreement.annotators")


def _of_alpha(gate: float, alpha: float | None) -> Iterator[Violation]:
    if alpha is None and gate > 0:
        what = "Krippendorff's alpha is undefined: no example has two answers, or all answers are the same"
        yield Violation(where="agreement", what=what, fix="have examples labelled by several people")
    if alpha is not None and alpha < gate:
        what = f"Krippendorff's alpha is {alpha:.3f}, below agreement.alpha {gate:g}"
        yield Violation(where="agreement", what=what, fix="settle the disputes and the instructions, or lower the gate")


def _named(cases: Iterable[str]) -> str:
    listed = list(cases)
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN:,} more" if len(listed) > SHOWN else "")
