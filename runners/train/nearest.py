"""Names that were meant: the nearest valid one, or the valid ones."""

import difflib
from collections.abc import Iterable

MOST = 30


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """Say which valid name is nearest to one that isn't, and which there are."""
    names = sorted(valid)
    near = difflib.get_close_matches(name, names, 1, 0.5)
    shown = ", ".join(names[:MOST]) + (f", and {len(names) - MOST} more" if len(names) > MOST else "")
    there = f"there are {shown}" if names else "there are none"
    return f"did you mean {near[0]}? {there}" if near else there
