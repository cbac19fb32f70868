"""On which of a candidate's test rows it can be held against the live model: those that neither has seen.

A candidate hasn't seen its test rows; the live model may have, where the rows were dealt out by another seed or split.
What it was trained or chosen on stands beside it (`runners/evaluate/seen.py`). Of a model of before that was written
down, only the rule by which its rows were dealt is known: by the same one the same rows test.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.evaluate.candidates import PARAMS, ROWS, Candidate
from runners.evaluate.seen import Seen, read_seen
from runners.evaluate.tables import read_parquet

Array = NDArray[Any]
FEWEST = 100
"""Rows that are enough to compare on; fewer are where they are at least half of the test rows."""


@dataclass(frozen=True, slots=True)
class Judging:
    """The places of the rows to compare on, what is told of them, and why they don't do; empty where they do."""

    rows: Array
    told: Mapping[str, Any] = field(default_factory=dict)
    obstacle: str = ""


def judging(candidate: Candidate, live: Path) -> Judging:
    """Choose the rows on which a candidate is held against a live model.

    Raises:
        InputError: what the live model has seen can't be read.
    """
    told, all_rows = _params(live), np.arange(len(candidate.answers))
    if _never_moves(candidate, told) or _tests_alike(candidate, told, live):
        return Judging(all_rows, {"tested": len(all_rows), "seen": 0})
    seen = read_seen(live)
    if seen is None:
        return _by_rule(candidate, told, all_rows)
    if missing := [name for name in seen.by if name not in candidate.columns]:
        what = f"the live model's rows are told by {missing[0]}, which the candidate's don't have"
        return Judging(all_rows, {"tested": len(all_rows)}, f"{what}: which of them it has seen isn't known")
    found = _unseen(candidate, seen, all_rows)
    return replace(found, obstacle=found.obstacle + _seeds(candidate.told, told)) if found.obstacle else found


def _params(folder: Path) -> Mapping[str, Any]:
    try:
        told = json.loads((folder / PARAMS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _seeds(*told: Mapping[str, Any]) -> str:
    """Say by which seeds a candidate's rows and the live model's were dealt out, where that is what differs."""
    candidate, live = (None if one.get("sides") else _seed(one) for one in told)
    if candidate is None or live is None or candidate == live:
        return ""
    return f" (its rows were dealt out by seed {live}, the candidate's by {candidate})"


def _seed(told: Mapping[str, Any]) -> int | None:
    seed = (told.get("split") or {}).get("seed", told.get("seed"))
    return seed if isinstance(seed, int) else None


def _never_moves(candidate: Candidate, live: Mapping[str, Any]) -> bool:
    """Tell whether rows without a name are where their own moment, or a column of theirs, says: equal ones may differ.

    Where both models' datasets state the same, a row that tests now tested then.
    """
    sides = candidate.told.get("sides") or {}
    is_stated = bool(sides.get("time") or sides.get("column"))
    return is_stated and sides == live.get("sides") and candidate.signature.identifier is None


def _tests_alike(candidate: Candidate, told: Mapping[str, Any], live: Path) -> bool:
    """Tell whether rows without a name, dealt out by one rule, are those that tested the live model, one by one.

    It was trained on none of them, though some may equal rows that it was trained on.
    """
    if candidate.signature.identifier is not None or _rule(candidate.told, candidate) != _rule(told, candidate):
        return False
    try:
        theirs = read_parquet(live / ROWS, "train the model again")
    except InputError:
        return False
    names = [name for name in candidate.signature.columns if name in candidate.columns and name in theirs]
    if not names or candidate.target not in theirs:
        return False
    return all(_is_same(candidate.columns[name], theirs[name]) for name in (candidate.target, *names))


def _is_same(one: Array, other: Array) -> bool:
    if one.shape != other.shape:
        return False
    return bool(np.all((one == other) | ((one != one) & (other != other))))  # noqa: PLR0124 - what is no number


def _by_rule(candidate: Candidate, live: Mapping[str, Any], rows: Array) -> Judging:
    """Compare on all rows if both models' rows were dealt by one rule."""
    told = {"tested": len(rows), "rule": True}
    if "split" in live and _rule(candidate.told, candidate) == _rule(live, candidate):
        return Judging(rows, told)
    what = "which rows the live model was trained on isn't known, and they weren't dealt out as the candidate's"
    return Judging(rows, told, what)


def _rule(told: Mapping[str, Any], candidate: Candidate) -> Mapping[str, Any]:
    """Return what decides on which side a row is."""
    if sides := told.get("sides"):
        return {"sides": sides}
    split, seed = told.get("split") or {}, _seed(told)
    columns = () if candidate.signature.identifier else (told.get("features"), told.get("exclude"))
    return {"split": {**split, "seed": seed}, "target": told.get("target"), "columns": columns}


def _unseen(candidate: Candidate, seen: Seen, rows: Array) -> Judging:
    is_seen = seen.among(candidate.columns)
    left = rows[~is_seen]
    told = {"tested": len(rows), "seen": int(is_seen.sum()), "by": list(seen.by)}
    if len(left) == len(rows):
        return Judging(rows, told)
    known = f"the live model was trained or chosen on {told['seen']:,} of the candidate's {len(rows):,} test rows"
    if len(left) < min(FEWEST, (len(rows) + 1) // 2):
        return Judging(rows, told, f"{known}, and {len(left):,} others are too few to compare on")
    truth = candidate.truth[left]
    if candidate.classes and candidate.task != "multilabel" and len(np.unique(truth)) < 2:
        return Judging(rows, told, f"{known}, and all others are of one class")
    return Judging(left, told)
