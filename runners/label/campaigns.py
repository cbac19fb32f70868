"""Campaigns: whose answers count, and which examples deserve another one."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np

from runners.label.answers import Answers
from runners.label.merging import NOBODYS, Labels
from runners.label.parameters import Asked
from runners.label.questions import Answer, Answered


def item_of(example: Any) -> str:
    """Return what stands for an example in the names of tasks."""
    return hashlib.sha256(str(example).encode()).hexdigest()[:12]


def counted(given: Iterable[Answered], campaign: Asked | None) -> Iterator[Answered]:
    """Yield the answers that count: of those who were asked, if any are named, and with no label that is retired."""
    if campaign is None or (campaign.annotators is None and not campaign.retired):
        yield from given
        return
    wanted = None if campaign.annotators is None else {name.casefold() for name in campaign.annotators}
    for task in given:
        kept = tuple(
            answer
            for answer in task.answers
            if (wanted is None or answer.annotator.casefold() in wanted) and not _has_any(answer, campaign.retired)
        )
        if kept:
            yield task._replace(answers=kept)


def _has_any(answer: Answer, retired: Collection[str]) -> bool:
    """Tell whether an answer says a label that is retired; sets and regions are told as JSON."""
    return any(label == answer.label or json.dumps(label, ensure_ascii=False) in answer.label for label in retired)


def unsure(campaign: Asked | None, answers: Answers, merged: Labels, below: float) -> dict[str, list[str]]:
    """Return as facts which examples deserve another answer.

    Those are examples that fewer people have answered than were meant to, as when one of them answered twice, and those
    whose label is a tie or less sure than `below`, while they may get more.
    """
    if campaign is None:
        return {}
    votes = answers.votes()
    doubtful = (merged.label == NOBODYS) | (merged.confidence < below)
    wants = (votes < campaign.answers) | (doubtful & (votes < campaign.at_most))
    return {"unsure": [item_of(answers.examples[place]) for place in np.flatnonzero(wants).tolist()]}
