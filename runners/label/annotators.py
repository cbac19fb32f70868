"""What each annotator did, with intervals: held against what was merged, against the ground truth, label by label."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places
from runners.label.merging import NOBODYS, Labels
from runners.label.reliability import MOST_LABELS

LabelsIn: TypeAlias = Callable[[str], Sequence[str]]
"""The labels that an answer's text says."""
Truths: TypeAlias = NDArray[np.bool_]
_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def wilson(right: int, count: int) -> list[float] | None:
    """Return the interval of 95 % of a share; None of nothing.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927,
    https://doi.org/10.1080/01621459.1927.10502953).
    """
    if not count:
        return None
    share, extra = right / count, _Z**2 / count
    centre = share + extra / 2
    half = _Z * math.sqrt(share * (1 - share) / count + extra / (4 * count))
    return [
        round(max(0.0, (centre - half) / (1 + extra)), 6) if right else 0.0,
        round(min(1.0, (centre + half) / (1 + extra)), 6) if right < count else 1.0,
    ]


def annotators_of(
    answers: Answers,
    merged: Labels,
    golds: Mapping[Any, str] | None = None,
    is_gold: Truths | None = None,
) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and the share of them that the merged label confirms, where one is.

    That share estimates accuracy, a little too kindly: each annotator's answers went into the merged labels. The share
    of answers that a ground truth confirms, under `gold`, isn't: annotations that are that truth don't count.

    Args:
        answers: what was said of each example.
        merged: their labels.
        golds: the ground truth by example, where one is.
        is_gold: which answers are marked as the ground truth.
    """
    figures = _held(answers, merged.confirms(answers), (merged.label != NOBODYS)[answers.example])
    if not golds:
        return figures
    is_asked = np.array([example in golds for example in answers.examples])[answers.example]
    if is_gold is not None:
        is_asked &= ~is_gold
    held = _held(answers.where(is_asked), merged.confirms(answers)[is_asked], np.ones(int(is_asked.sum()), np.bool_))
    return {name: told | ({"gold": held[name]} if name in held else {}) for name, told in figures.items()}


def _held(answers: Answers, is_right: Truths, is_judged: Truths) -> dict[str, dict[str, Any]]:
    who, people = answers.annotator, len(answers.annotators)
    given, judged, right = (
        np.bincount(who, weights, people).astype(int).tolist()
        for weights in (np.ones(len(who)), is_judged, is_right & is_judged)
    )
    return {
        name: {"answers": given[place], **_share("accuracy", right[place], judged[place])}
        for place, name in enumerate(answers.annotators)
    }


def _share(name: str, right: int, count: int) -> dict[str, Any]:
    return {name: round(right / count, 6) if count else None, "interval": wilson(right, count)}


def by_label(answers: Answers, merged: Labels, labels_in: LabelsIn) -> dict[str, dict[str, Any]]:
    """Return, for each annotator, how often each of the most frequent labels was said, and how often rightly.

    `precision` is the share of answers with the label whose example's merged label confirms it, `recall` the share of
    examples with the label, of those the annotator answered, of which they said it. Examples without a label are left
    out.
    """
    counts = np.bincount(answers.label)
    votes: dict[str, int] = {}
    for text, count in zip(answers.labels, counts.tolist(), strict=True):
        for label in labels_in(text):
            votes[label] = votes.get(label, 0) + count
    shown = sorted(sorted(votes, key=lambda label: (-votes[label], label))[:MOST_LABELS])
    said, true = (_mentions(texts, shown, labels_in) for texts in (answers.labels, merged.names))
    is_judged = (merged.label != NOBODYS)[answers.example]
    who, label, truth = (
        column[is_judged] for column in (answers.annotator, answers.label, merged.label[answers.example])
    )
    told: dict[str, dict[str, Any]] = {name: {} for name in answers.annotators}
    for place, name in enumerate(shown):
        for person, figures in enumerate(_of_label(who, said[label, place], true[truth, place], len(told))):
            if figures:
                told[answers.annotators[person]][name] = figures
    return told


def _of_label(who: Places, is_said: Truths, is_true: Truths, people: int) -> list[dict[str, Any]]:
    """Return each annotator's figures of one label, empty for those who never met it."""
    said, true, both = (
        np.bincount(who[rows], minlength=people).tolist() for rows in (is_said, is_true, is_said & is_true)
    )
    return [
        {
            "answers": said[person],
            **_share("precision", both[person], said[person]),
            "recall": round(both[person] / true[person], 6) if true[person] else None,
        }
        if said[person] or true[person]
        else {}
        for person in range(people)
    ]


def _mentions(texts: Sequence[str], labels: Sequence[str], labels_in: LabelsIn) -> Truths:
    """Tell which labels (columns) each text (rows) says."""
    known = {label: place for place, label in enumerate(labels)}
    says = np.zeros((len(texts), len(labels)), np.bool_)
    for row, text in enumerate(texts):
        says[row, [known[label] for label in labels_in(text) if label in known]] = True
    return says
