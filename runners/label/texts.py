"""Texts, such as transcripts: compared word by word, and merged to the one that is nearest to all others."""

from collections.abc import Sequence

import numpy as np

from runners.contract import InputError
from runners.label.answers import Answers
from runners.label.merging import EQUAL, NOBODYS, Labels

MOST_WORDS = 2000
"""Words of a text: comparing two takes time by the product of theirs."""


def words_in(text: str) -> list[str]:
    """Return the words of a text.

    Raises:
        InputError: there are too many.
    """
    words = text.split()
    if len(words) > MOST_WORDS:
        what = f"an answer has {len(words):,} words, and at most {MOST_WORDS:,} are compared"
        raise InputError(what, "answer", "have shorter parts written down")
    return words


def errors_of(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many words have to be put in, left out or replaced (Levenshtein, 1966)."""
    former = list(range(len(right) + 1))
    for row, word in enumerate(left, 1):
        latter = [row]
        for column, other in enumerate(right, 1):
            latter.append(min(former[column] + 1, latter[-1] + 1, former[column - 1] + (word != other)))
        former = latter
    return former[-1]


def likeness_of(left: Sequence[str], right: Sequence[str]) -> float:
    """Return one less the word error rate, by the words of the longer text, so that it is the same both ways."""
    longest = max(len(left), len(right))
    return 1.0 if left == right else 1 - errors_of(left, right) / longest


def merge_texts(answers: Answers) -> Labels:
    """Take the answer that is most like all answers to its example: their medoid, and its mean likeness as confidence.

    Where two different ones are equally so, there is none. Kaufman & Rousseeuw, "Clustering by Means of
    Medoids" (1987).
    """
    words = [words_in(text) for text in answers.labels]
    label, confidence = np.full(len(answers.examples), NOBODYS, np.int64), np.zeros(len(answers.examples))
    starts = np.searchsorted(answers.example, np.arange(len(answers.examples) + 1)).tolist()
    for example in range(len(answers.examples)):
        said = answers.label[starts[example] : starts[example + 1]].tolist()
        nearest, best = _medoids(said, words)
        confidence[example] = round(best, 6)
        if len(nearest) == 1:
            label[example] = nearest[0]
    return Labels(tuple(answers.labels), label, confidence)


def medoid_of(texts: Sequence[str]) -> tuple[str | None, float]:
    """Return the text that is most like all of them, None where two different ones are, and its mean likeness.

    Raises:
        InputError: one has too many words.
    """
    known = sorted(set(texts))
    nearest, best = _medoids([known.index(text) for text in texts], [words_in(text) for text in known])
    return known[nearest[0]] if len(nearest) == 1 else None, best


def _medoids(said: Sequence[int], words: Sequence[Sequence[str]]) -> tuple[list[int], float]:
    """Return which texts are most like all that were said, and how like they are on average."""
    sure = {one: sum(likeness_of(words[one], words[other]) for other in said) / len(said) for one in set(said)}
    best = max(sure.values())
    return [one for one, value in sure.items() if best - value < EQUAL], best
