"""The verdict on labels: everything for which they are refused."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from runners.contract import Violation
from runners.contract.mistakes import shown
from runners.counting import counted
from runners.label.agreement import undefined
from runners.label.annotators import LabelsIn
from runners.label.answers import Answers
from runners.label.matching import Matched
from runners.label.parameters import Agreement, Parameters
from runners.label.reliability import Reliability

SHOWN = 5
"""Cases that a violation or the facts name one by one."""


def judge(
    params: Parameters, matched: Matched, labelled: int, reliability: Reliability, labels_in: LabelsIn
) -> Iterator[Violation]:
    """Yield everything for which labels are refused.

    Args:
        params: the gates and the allowed choices.
        matched: what was said of each example, and what couldn't be used.
        labelled: how many examples have a label.
        reliability: Krippendorff's alpha and its interval.
        labels_in: returns the labels that an answer's text says.
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
    yield from _of_choices(params.choices, answers, labels_in)
    yield from _of_numbers(params.agreement.annotators, answers)
    why = "" if reliability.alpha is not None else undefined(answers)
    yield from _of_alpha(params.agreement, reliability, why)


def _of_choices(allowed: Collection[str] | None, answers: Answers, labels_in: LabelsIn) -> Iterator[Violation]:
    if allowed is None:
        return
    texts: dict[str, list[int]] = {}
    for place, text in enumerate(answers.labels):
        for label in labels_in(text):
            texts.setdefault(label, []).append(place)
    for choice in sorted(texts.keys() - set(allowed)):
        rows = np.flatnonzero(np.isin(answers.label, texts[choice])).tolist()
        cases = [
            f"{answers.examples[answers.example[row]]} by {answers.annotators[answers.annotator[row]]}"
            for row in rows[:SHOWN]
        ]
        told = f"{counted(len(rows), 'answer')} {'is' if len(rows) == 1 else 'are'} {shown(choice)}"
        what = f"{told}, which is not among choices: {_named(cases, len(rows))}"
        yield Violation(where="choices", what=what, fix="correct the answers, or add it to choices")


def _of_numbers(least: int, answers: Answers) -> Iterator[Violation]:
    votes = answers.votes()
    few = np.flatnonzero(votes < least).tolist()
    if few:
        cases = [f"{answers.examples[place]} ({votes[place]})" for place in few[:SHOWN]]
        what = f"{len(few):,} of {len(votes):,} answered examples have fewer than {least} answers: "
        fix = "have them labelled again, or lower agreement.annotators"
        yield Violation(where="answers", what=what + _named(cases, len(few)), fix=fix)


def _of_alpha(gate: Agreement, reliability: Reliability, why: str) -> Iterator[Violation]:
    alpha, fix = reliability.alpha, "settle the disputes and the instructions, or lower the gate"
    if alpha is None and gate.alpha > 0:
        other = "have examples labelled by several people" if "two answers" in why else "add examples of another kind"
        yield Violation(where="agreement", what=why, fix=f"lower agreement.alpha to 0, or {other}")
    if alpha is None:
        return
    if alpha < gate.alpha:
        what = f"Krippendorff's alpha is {alpha:.3f}, below agreement.alpha {gate.alpha:g}"
        yield Violation(where="agreement", what=what + _between(reliability), fix=fix)
        return
    least = None if gate.confidence is None else reliability.least(gate.confidence)
    if least is not None and least < gate.alpha:
        what = f"Krippendorff's alpha is {alpha:.3f}, and with confidence {gate.confidence} no more than {least:.3f} "
        what += f"is sure, below agreement.alpha {gate.alpha:g}"
        yield Violation(where="agreement", what=what, fix="have more examples labelled by several people")


def _between(reliability: Reliability) -> str:
    """Tell the interval of alpha."""
    if reliability.interval is None:
        return ""
    return f" (95 % interval {reliability.interval[0]:.3f} to {reliability.interval[1]:.3f})"


def _named(first: Sequence[str], count: int) -> str:
    """Name the first of so many cases."""
    return ", ".join(first[:SHOWN]) + (f" and {count - SHOWN:,} more" if count > SHOWN else "")
