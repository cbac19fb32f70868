"""What stands in a report for a model's input: the column itself, or the figures of its texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.problems.wording import words_of

FEWEST_WORDS, LOOKED_AT = 3, 500
SEED = 7
"""Of the reports on the stage."""
Values = Sequence[Any]


def watched_as(name: str, before: Values, after: Values, *, is_text: bool) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return what is watched of an input, by the report's names: its values before and after.

    Args:
        name: the input's.
        before: its values in the reference, None where one is missing.
        after: those that clients sent.
        is_text: whether it holds texts and no numbers.
    """
    if is_text:
        before, after = ([_taken(text) for text in side] for side in (before, after))
    if not (is_text and _is_written(before)):
        return {name: (list(before), list(after))}
    known = {word for text in _learned(before) if text is not None for word in words_of(text)}
    both = [[None if text is None else _unknown(text, known) for text in side] for side in (before, after)]
    lengths = [[None if text is None else len(text) for text in side] for side in (before, after)]
    return {f"length of {name}": (lengths[0], lengths[1]), f"unknown words of {name}": (both[0], both[1])}


def _taken(text: str | None) -> str | None:
    """Return a text as a model takes it, which ends before its last null characters; the empty one is missing."""
    return (text or "").rstrip("\0") or None


def _is_written(values: Values) -> bool:
    """Tell whether people wrote these texts: most are different, and of several words."""
    present = [text for text in values if text is not None]
    counts = [len(words_of(text)) for text in present[:LOOKED_AT]]
    return bool(present) and len(set(present)) > len(present) / 2 and sum(counts) / len(counts) >= FEWEST_WORDS


def _learned(values: Values) -> list[Any]:
    """Return the texts whose words are known: half of a quarter that chance draws of the reference."""
    order = np.random.default_rng(SEED).permutation(len(values))
    return [values[place] for place in order[: round(len(values) * 0.25)]][: round(len(values) * 0.125)]


def _unknown(text: str, known: set[str]) -> float:
    words = words_of(text)
    return sum(word not in known for word in words) / len(words) if words else 0.0
