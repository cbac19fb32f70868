"""Rankings: several things in order, the best first; compared pair by pair of things, and merged to one order.

A ranking is a text, a JSON list of what is ranked. Who leaves things out says nothing of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import msgspec
import numpy as np

from runners.contract import InputError
from runners.label.answers import Answers
from runners.label.distances import Figures
from runners.label.merging import NOBODYS, Labels
from runners.label.scales import Said

MOST_RANKED = 100
"""Things in one ranking: comparing two takes time by the square of theirs."""
EXACT = 8
"""Things up to which the best order of all is found."""
_CORRECT = "name a control tag of the kind Ranker, with one list, in exports.question"


def ranking_said(value: Any, question: str, where: str) -> Said | None:
    """Return the ranking that Label Studio has for a question: a list of texts, perhaps under one name.

    Raises:
        InputError: it is none, or is too long.
    """
    while isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or len(set(value)) < len(value):
        raise InputError(f"an answer to {question} is no ranking: one list of different texts", where, _CORRECT)
    if len(value) > MOST_RANKED:
        what = f"an answer to {question} ranks {len(value)} things, and at most {MOST_RANKED} are compared"
        raise InputError(what, where, "have fewer ranked")
    return Said(msgspec.json.encode(value).decode(), "nominal") if value else None


def ranking_in(results: Iterable[Mapping[str, Any]], question: str, where: str) -> Said | None:
    """Return the ranking that an annotation's results say to a question; None where they say none.

    Raises:
        InputError: they say several, or what is no ranking.
    """
    found = [item for item in results if item.get("from_name") == question]
    if len(found) > 1 or any(item.get("type") != "ranker" for item in found):
        raise InputError(f"{question} doesn't answer with one ranking", where, _CORRECT)
    return ranking_said(found[0].get("value"), question, where) if found else None


def ranked_in(text: str) -> list[str]:
    """Return what a ranking ranks, the best first."""
    return msgspec.json.decode(text, type=list[str])


def likeness_of(left: Sequence[str], right: Sequence[str]) -> float:
    """Return the share of pairs of things that both rankings have in the same order; a half where there is no pair.

    Kendall, "A New Measure of Rank Correlation" (1938, https://doi.org/10.1093/biomet/30.1-2.81): his tau, from 0 to 1.
    A half is the share of chance, so that things of other examples tell nothing.
    """
    places = {name: place for place, name in enumerate(right)}
    order = np.array([places[name] for name in left if name in places])
    if len(order) < 2:
        return 1.0 if list(left) == list(right) else 0.5
    above = np.triu(order[:, None] < order[None, :], 1).sum()
    return float(above) / (len(order) * (len(order) - 1) / 2)


def merge_rankings(answers: Answers) -> Labels:
    """Take the order with which the annotators agree in the most pairs; where several are as good, there is none.

    Kemeny, "Mathematics without Numbers" (1959, https://www.jstor.org/stable/20026529), exact up to `EXACT` things. Of
    more they are ordered by how often each is above another and not below: Borda (1781); equal ones are a tie.
    Confidence is the share of those who say so of the pair that is the least sure.
    """
    read = [ranked_in(text) for text in answers.labels]
    starts = np.searchsorted(answers.example, np.arange(len(answers.examples) + 1)).tolist()
    known: dict[str, int] = {}
    label, confidence = np.full(len(answers.examples), NOBODYS, np.int64), np.zeros(len(answers.examples))
    for example, (first, end) in enumerate(pairwise(starts)):
        order, sure = merged([read[place] for place in answers.label[first:end].tolist()])
        confidence[example] = round(sure, 6)
        if order is not None:
            label[example] = known.setdefault(msgspec.json.encode(order).decode(), len(known))
    return Labels(tuple(known), label, confidence).with_names(answers.labels)


def merged(rankings: Sequence[Sequence[str]]) -> tuple[list[str] | None, float]:
    """Return the order of several rankings, None where several are as good, and how sure its least sure pair is."""
    names = sorted({name for ranking in rankings for name in ranking})
    known = {name: place for place, name in enumerate(names)}
    above = np.zeros((len(names), len(names)))
    for ranking in rankings:
        for one, other in combinations([known[name] for name in ranking], 2):
            above[one, other] += 1
    order = _best(above) if len(names) <= EXACT else _by_borda(above)
    if order is None:
        told = above + above.T
        shares = np.divide(np.maximum(above, above.T), told, out=np.ones_like(told), where=told > 0)
        return None, float(shares.min())
    pairs = [(above[one, other], above[one, other] + above[other, one]) for one, other in combinations(order, 2)]
    return [names[place] for place in order], min((float(yes / all_) for yes, all_ in pairs if all_), default=1.0)


def _best(above: Figures) -> list[int] | None:
    """Return the order of the most agreement, by the best order of each set of things; None where several are.

    Held & Karp, "A Dynamic Programming Approach to Sequencing Problems" (1962, https://doi.org/10.1137/0110015).
    """
    count = len(above)
    most, ways, last = np.full(2**count, -1.0), np.zeros(2**count, np.int64), np.zeros(2**count, np.int64)
    most[0], ways[0] = 0, 1
    for chosen in range(2**count):
        inside = [place for place in range(count) if chosen >> place & 1]
        for place in range(count):
            if chosen >> place & 1:
                continue
            after, agreed = chosen | 1 << place, most[chosen] + above[inside, place].sum()
            if agreed > most[after]:
                most[after], ways[after], last[after] = agreed, ways[chosen], place
            elif agreed == most[after]:
                ways[after] += ways[chosen]
    if ways[-1] != 1:
        return None
    order, chosen = [], 2**count - 1
    while chosen:
        order.append(int(last[chosen]))
        chosen ^= 1 << order[-1]
    return order[::-1]


def _by_borda(above: Figures) -> list[int] | None:
    scores = above.sum(axis=1) - above.sum(axis=0)
    return None if len(set(scores.tolist())) < len(scores) else np.argsort(-scores).tolist()
