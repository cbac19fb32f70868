"""In which version of the data a column began to be as it is now: by the versions' profiles, and by none of their rows.

The versions that came since the model was trained are halved again and again: the newest shows it, the one that the
model was trained on doesn't, and between two neighbours of which one does and the other doesn't it began.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import fsspec
import pandas as pd

from runners.contract import RESULT, RunnerError
from runners.monitor.causes.spread import LEVEL, Spread, distance, more_missing, of_profile, of_values
from runners.monitor.causes.told import CausePart, OriginPart
from runners.monitor.columns import Column
from runners.stores import answering

PROFILE, LARGEST = "profile.json", 2**26
MISSING = "missing"
_MUCH_MISSING = 0.05
"""By how much more values have to be missing, where the spec sets no limit."""


@dataclass(slots=True)
class Versions:
    """The versions of a model's data, the one that it was trained on first: names, URLs, and what was read of them."""

    named: Sequence[tuple[str, str]]
    read: dict[tuple[int, str], Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.named)

    def column(self, place: int, name: str) -> Spread | None:
        """Return how a column is spread in a version; None where its profile doesn't tell."""
        columns = self.file(place, PROFILE).get("columns")
        return of_profile(columns.get(name)) if isinstance(columns, Mapping) else None

    def file(self, place: int, name: str) -> Mapping[str, Any]:
        """Return a JSON file of a version; empty where there is none that can be read."""
        if (place, name) not in self.read:
            self.read[place, name] = _json(self.named[place][1], name)
        found: Mapping[str, Any] = self.read[place, name]
        return found


def _json(url: str, name: str) -> Mapping[str, Any]:
    try:
        with answering(url):
            files, base = fsspec.core.url_to_fs(url)
            with files.open(f"{base.rstrip('/')}/{name}", "rb") as file:
                content = file.read(LARGEST + 1)
        told = json.loads(content) if len(content) <= LARGEST else None
    except (OSError, ValueError, RecursionError, RunnerError):
        return {}
    return told if isinstance(told, Mapping) else {}


def with_origins(
    causes: Sequence[CausePart],
    versions: Versions,
    now: pd.DataFrame,
    columns: Mapping[str, Column],
    limits: tuple[float, float | None],
) -> tuple[CausePart, ...]:
    """Return causes that say in which version their first column began to be as it is, or why none is named.

    Args:
        causes: what moved.
        versions: those of the model's data; none where it isn't known.
        now: the window's rows.
        columns: the inputs.
        limits: the distance, and the share of missing values, beyond which a column moved.
    """
    if not versions:
        return tuple(causes)
    found = []
    for cause in causes:
        if cause.kind != "column" or not cause.is_harmful:
            found.append(cause)
            continue
        name = cause.columns[0]
        window = of_values(now[name], is_number=columns[name].kind == "number")
        found.append(_placed(cause, versions, _Question(name, cause.part == MISSING, window, limits)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether a column of a version is as the window's: in how many values are missing, or in how they are spread."""

    name: str
    is_missing: bool
    window: Spread
    limits: tuple[float, float | None]

    def far(self, trained: Spread, version: Spread) -> float | None:
        """Return how far a version is on the window's way; 0 where it isn't, None where that isn't known."""
        if self.is_missing:
            more, chance = more_missing(trained, version)
            allowed = _MUCH_MISSING if self.limits[1] is None else self.limits[1]
            return more if more > allowed and chance < LEVEL else 0.0
        told = distance(trained, version)
        if told is None:
            return None
        sides = [distance(one, self.window) for one in (trained, version)]
        is_away = sides[0] is not None and sides[1] is not None and sides[1][0] >= sides[0][0]
        return told[0] if told[0] > max(self.limits[0], told[1]) and not is_away else 0.0


def _placed(cause: CausePart, versions: Versions, question: _Question) -> CausePart:
    newest = len(versions) - 1
    if not newest:
        gap = (
            "no version of the data came since the one that the model was trained on: a refresh tells whether it has it"
        )
        return cause.model_copy(update={"origin_gap": gap})
    far = _far(versions, newest, question)
    if far is None:
        gap = f"the profiles of the data's versions don't tell how {question.name} is spread"
        return cause.model_copy(update={"origin_gap": gap})
    if not far:
        return _unseen(cause, f"the newest version of the data, {versions.named[newest][0]}, doesn't show it")
    calm, moved = 0, newest
    while moved - calm > 1:
        middle = (calm + moved) // 2
        calm, moved = (calm, middle) if _far(versions, middle, question) else (middle, moved)
    origin = _origin(versions, moved, question)
    before = f", and {origin.before} hadn't" if origin.before else ""
    fix = f"{cause.fix} The data has it since {origin.version}{before}."
    return cause.model_copy(update={"origin": origin, "fix": fix})


def _unseen(cause: CausePart, gap: str) -> CausePart:
    """Say that only the requests moved: of such rows the data holds none to learn from."""
    told: dict[str, Any] = {"origin_gap": f"{gap}: only the requests moved"}
    if cause.action == "retrain":
        name = ", ".join(cause.columns[:3])
        told |= {"action": "look", "fix": f"Find out who asks now: the data has no more rows like these than when the "
                 f"model was trained, so bring such rows in ({name}) before it is retrained."}  # fmt: skip
    return cause.model_copy(update=told)


def _far(versions: Versions, place: int, question: _Question) -> float | None:
    trained, version = (versions.column(at, question.name) for at in (0, place))
    return question.far(trained, version) if trained and version else None


def _origin(versions: Versions, place: int, question: _Question) -> OriginPart:
    result, spread = versions.file(place, RESULT), versions.column(place, question.name)
    provenance = result.get("provenance")
    told = provenance if isinstance(provenance, Mapping) else {}
    far = _far(versions, place, question)
    return OriginPart(
        version=versions.named[place][0],
        content=_text(result.get("content")),
        made=_text(told.get("finished_at")),
        commit=_text(told.get("commit")),
        before=versions.named[place - 1][0] if _far(versions, place - 1, question) == 0 else "",
        distance=None if question.is_missing else far,
        missing=spread.missing_share if spread else None,
    )


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
