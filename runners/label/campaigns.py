"""Campaigns: whose answers count, and which examples deserve another one."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from runners.label.answers import Answers
from runners.label.merging import NOBODYS, Labels
from runners.label.parameters import Asked
from runners.label.questions import Answered


def item_of(example: Any) -> str:
    """Return what stands for an example in the names of tasks."""
    return hashlib.sha256(str(example).encode()).hexdigest()[:12]


def counted(given: Iterable[Answered], campaign: Asked | None) -> Iterator[Answered]:
    """Yield the answers of those who were asked; without a campaign, or where it names nobody, everybody's."""
    if campaign is None or campaign.annotators is None:
        yield from given
        return
    wanted = {name.casefold() for name in campaign.annotators}
    for task in given:
        kept = tuple(answer for answer in task.answers if answer.annotator.casefold() in wanted)
        if kept:
            yield task._replace(answers=kept)


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
