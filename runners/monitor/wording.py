"""Drift of texts by what they say: the languages that they are in, and where they lie among known texts.

Languages are compared as any column's categories are. Where texts lie is compared as all columns together are: by
whether a classifier tells the window's texts from the reference's, on texts that it hasn't learned from. Both look at
some texts, drawn by chance, and have their part of the report's rate of false alarms.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chance import jensen_shannon, limit
from runners.monitor.columns import Column, as_taken
from runners.monitor.outliers import FEWEST_ROWS, Distance, distance
from runners.monitor.reference import Reference
from runners.monitor.rows import Prediction, listed, rows_of, taken
from runners.monitor.tables import KNOWN_SHARE
from runners.tables.languages import family_of, language_of

MOST_TEXTS, MOST_TOLD = 2_000, 500
"""Texts of a side whose points are looked at, and whose languages are."""
FIGURES = 2
"""Of a text column: its languages, and its points."""
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Language:
    """A language, and its shares among the reference's texts and the window's; those written alike are one."""

    name: str
    was: float
    now: float


@dataclass(frozen=True, slots=True)
class Wording:
    """How far a column's texts are from the reference's: by their languages, with the limit of chance, and as points.

    `texts` is how many of each side were looked at, and `named` of how many the language was asked.
    """

    name: str
    texts: tuple[int, int]
    named: tuple[int, int] = (0, 0)
    languages: tuple[Language, ...] = ()
    language_distance: float | None = None
    language_limit: float = 1.0
    points: Distance | None = None


def wordings(
    reference: Reference, predictions: Sequence[Prediction], *, least: float, each: float, seed: int
) -> tuple[Wording, ...]:
    """Return how far the texts of each column are from the reference's.

    Args:
        reference: the trial's test.
        predictions: the window.
        least: the distance of languages below which none drift.
        each: the probability with which chance alone may take a distance beyond its limit.
        seed: of the draws.
    """
    rows, found = rows_of(predictions) if reference.texts else None, list[Wording]()
    for name in reference.texts if rows is not None else ():
        order = np.random.default_rng(seed).permutation(len(reference.rows))
        count = round(len(order) * KNOWN_SHARE)
        texts = reference.rows[name]
        known, usual = (_texts(texts.iloc[at[:MOST_TEXTS]].tolist()) for at in (order[:count], order[count:]))
        asked = rows.columns.get(name) if rows is not None else None
        drawn = np.random.default_rng(seed + 1).permutation(len(predictions))[:MOST_TEXTS]
        now = _texts(listed(taken(asked, np.sort(drawn)))) if asked is not None else []
        found.append(_compared(name, (known, usual, now), (least, each), seed))
    return tuple(found)


def _texts(values: Sequence[Any]) -> list[str]:
    """Return the texts that are there, as the model takes them."""
    told = (as_taken(str(value)) for value in values if not pd.isna(value))
    return [text for text in told if isinstance(text, str)]


def _compared(
    name: str, sides: tuple[Sequence[str], Sequence[str], Sequence[str]], allowed: tuple[float, float], seed: int
) -> Wording:
    (known, usual, now), (least, each) = sides, allowed
    told = [Counter(map(language_of, texts[:MOST_TOLD])) for texts in (usual, now)]
    for counts in told:
        counts.pop("short", None)
    names = _families(told)
    counted = [np.array([sum(one[each_] for each_ in group) for group in names]) for one in told]
    beyond: float | None = None
    most, languages = 1.0, tuple[Language, ...]()
    if min(counts.sum() for counts in counted) >= FEWEST_ROWS:
        beyond = float(jensen_shannon(*counted))
        most = max(least, limit(counted[0], counted[1], each, seed))
        languages = _shown(names, counted)
    points = _points(known, usual, now, seed)
    named = (int(counted[0].sum()), int(counted[1].sum()))
    return Wording(name, (len(usual), len(now)), named, languages, beyond, most, points)


def _families(told: Sequence[Counter[str]]) -> list[list[str]]:
    """Return the languages by those that are written alike, the most frequent first."""
    both = sum(told, Counter[str]())
    groups: dict[int | str, list[str]] = {}
    for name, _ in sorted(both.items(), key=lambda item: (-item[1], item[0])):
        groups.setdefault(family_of(name), []).append(name)
    return list(groups.values())


def _shown(names: Sequence[Sequence[str]], counts: Sequence[Any]) -> tuple[Language, ...]:
    was, now = (side / side.sum() for side in counts)
    order = np.argsort(-np.abs(was - now), kind="stable")[:SHOWN]
    return tuple(Language(names[at][0], float(was[at]), float(now[at])) for at in order.tolist())


def _points(known: Sequence[str], usual: Sequence[str], now: Sequence[str], seed: int) -> Distance | None:
    """Tell the window's texts from the reference's by their points; None where there are too few of either."""
    if min(len(known), len(usual), len(now)) < FEWEST_ROWS:
        return None
    from runners.monitor.embedding import embedding  # imports sparse matrices, which no other column needs

    made = embedding(known)
    before, after = (pd.DataFrame(made.points(texts)).rename(columns=str) for texts in (usual, now))
    return distance(before, after, [Column(str(name), "number") for name in before], seed=seed)
