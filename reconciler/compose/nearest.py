"""Did you mean: the valid name that is nearest to a wrong one."""

from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches

_MANY = 400
"""Above so many candidates only the neighbours in the alphabet are compared: difflib takes microseconds for each."""

_LONGEST = 160


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the candidate that is most like a word, or None where none is like it (Ratcliff/Obershelp)."""
    candidates = sorted(candidate for candidate in words if len(candidate) <= _LONGEST)
    if len(candidates) > _MANY:
        middle = bisect_left(candidates, word)
        candidates = candidates[max(0, middle - _MANY // 2) : middle + _MANY // 2]
    found = get_close_matches(word[:_LONGEST], candidates, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Write the hint for a wrong name: the nearest valid one, else all of them where they are few."""
    known = sorted(words)
    found = nearest(word, known)
    if found:
        return f"did you mean `{found}`?"
    return "known: " + ", ".join(known) if 0 < len(known) <= 40 else ""
