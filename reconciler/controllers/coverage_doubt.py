"""A coverage that surely isn't reached: what a model states of its intervals or sets, and what test rows say."""

from collections.abc import Mapping
from typing import Any


def coverage_doubt(facts: Mapping[str, Any]) -> str:
    """Say by how much a trial's stated share is missed, as its result tells it; empty where it surely isn't.

    The share that was measured has an interval: only where all of it is below what is stated it isn't chance.
    """
    told = facts.get("coverage")
    if not isinstance(told, Mapping):
        return ""
    between = told.get("interval")
    high = between[1] if isinstance(between, list) and len(between) == 2 else None
    shares = [_share(one) for one in (told.get("stated"), told.get("measured"), high)]
    stated, measured, most = shares
    if stated is None or measured is None or most is None or most >= stated:
        return ""
    return (
        f"the stated coverage isn't reached: {measured:.1%} of the test rows (at most {most:.1%}, with 95 % "
        f"confidence) are in what it answers beside its prediction, and {stated:.1%} are stated"
    )


def _share(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None
