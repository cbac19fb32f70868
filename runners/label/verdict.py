"""The verdict on labels: everything for which they are refused."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from runners.contract import Violation
from runners.label.agreement import undefined
from runners.label.answers import Answers
from runners.label.matching import Matched
from runners.label.parameters import Parameters

SHOWN = 5
"""Cases that a violation or the facts name one by one."""


def judge(params: Parameters, matched: Matched, labelled: int, alpha: float | None) -> Iterator[Violation]:
    """Yield everything for which labels are refused.

    Args:
        params: the gates and the allowed choices.
        matched: what was said of each example, and what couldn't be used.
        labelled: how many examples have a label.
        alpha: Krippendorff's alpha, None where it is undefined.
    """
    answers, strays = matched.answers, matched.strays
    if strays:
        what = f"{len(strays):,} tasks show no example of the dataset: {_named(strays, len(strays))}"
        yield Violation(where="tasks", what=what, fix="give each task the example's path or `id` in its data")
    if not len(answers):
        yield Violation(where="answers", what="no example of the dataset has an answer", fix="label some examples")
        return
    if matched.clashes:
        clashing = len(matched.clashes)
        what = f"{clashing:,} examples have ground truths that differ: {_named(matched.clashes, clashing)}"
        yield Violation(where="ground_truth", what=what, fix="mark one annotation of each task as the ground truth")
    elif not labelled:
        what = f"none of {len(answers.examples):,} answered examples has a label: all are ties or disputed"
        yield Violation(where="answers", what=what, fix="have them labelled again by others, or keep disputed labels")
    yield from _of_choices(params.choices, answers)
    yield from _of_numbers(params.agreement.annotators, answers)
    yield from _of_alpha(params.agreement.alpha, alpha, undefined(answers))


def _of_choices(allowed: Collection[str] | None, answers: Answers) -> Iterator[Violation]:
    if allowed is None:
        return
    for label, choice in enumerate(answers.labels):
        if choice not in allowed:
            rows = np.flatnonzero(answers.label == label).tolist()
            cases = [
                f"{answers.examples[answers.example[row]]} by {answers.annotators[answers.annotator[row]]}"
                for row in rows[:SHOWN]
            ]
            what = f"{len(rows):,} answers are {choice!r}, which is not among choices: {_named(cases, len(rows))}"
            yield Violation(where="choices", what=what, fix="correct the answers, or add it to choices")


def _of_numbers(least: int, answers: Answers) -> Iterator[Violation]:
    votes = answers.votes()
    few = np.flatnonzero(votes < least).tolist()
    if few:
        cases = [f"{answers.examples[place]} ({votes[place]})" for place in few[:SHOWN]]
        what = f"{len(few):,} of {len(votes):,} answered examples have fewer than {least} answers: "
        fix = "have them labelled again, or lower agreement.annotators"
        yield Violation(where="answers", what=what + _named(cases, len(few)), fix=fix)


def _of_alpha(gate: float, alpha: float | None, why: str) -> Iterator[Violation]:
    if alpha is None and gate > 0:
        other = "have examples labelled by several people" if "two answers" in why else "add examples of another kind"
        yield Violation(where="agreement", what=why, fix=f"lower agreement.alpha to 0, or {other}")
    if alpha is not None and alpha < gate:
        what = f"Krippendorff's alpha is {alpha:.3f}, below agreement.alpha {gate:g}"
        yield Violation(where="agreement", what=what, fix="settle the disputes and the instructions, or lower the gate")


def _named(first: Sequence[str], count: int) -> str:
    """Name the first of so many cases."""
    return ", ".join(first[:SHOWN]) + (f" and {count - SHOWN:,} more" if count > SHOWN else "")
