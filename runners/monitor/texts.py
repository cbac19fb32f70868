"""Figures of texts, which as values are all different: how long they are, and how many of their words are new."""

import re
from collections.abc import Collection
from typing import Any

import pandas as pd

from runners.monitor.columns import as_taken

FIGURES = ("length", "unknown words")
FEWEST_WORDS, DISTINCT = 3.0, 0.5
_WORD = re.compile(r"\w+")
_LOOKED_AT = 500


def is_text(values: "pd.Series[Any]") -> bool:
    """Tell whether a column holds texts that people wrote: of several words, and most of them different."""
    few = _taken(values.dropna().head(_LOOKED_AT)).dropna()
    if few.empty or few.map(lambda text: len(_words(text))).mean() < FEWEST_WORDS:
        return False
    known = _taken(values).dropna()
    return known.nunique() > DISTINCT * len(known)


def columns_of(name: str) -> tuple[str, ...]:
    """Return the names of a text's figures as columns."""
    return tuple(f"{figure} of {name}" for figure in FIGURES)


def vocabulary(values: "pd.Series[Any]") -> frozenset[str]:
    """Return the words of texts."""
    return frozenset(word for text in _taken(values).dropna() for word in _words(text))


def figures(values: "pd.Series[Any]", name: str, known: Collection[str]) -> pd.DataFrame:
    """Return the figures of each text; missing where it is, and where it is empty, which is the same to a model."""
    texts = _taken(values).tolist()
    rows = [(None, None) if pd.isna(text) else (len(text), _unknown(_words(text), known)) for text in texts]
    return pd.DataFrame(rows, columns=list(columns_of(name)), dtype=float)


def _taken(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return texts as the model takes them; NaN where one is missing."""
    taken = [text if pd.isna(text) else as_taken(str(text)) for text in values.tolist()]
    return pd.Series(taken, values.index, dtype=object)


def _unknown(words: list[str], known: Collection[str]) -> float:
    return sum(word not in known for word in words) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
