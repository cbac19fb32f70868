"""The newest runs of a resource and why each began, as the commits of the status branch tell both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from reconciler.status.timeline import Past

Facts = Mapping[str, Any]
MOST = 200
"""Status commits that are looked through."""


@dataclass(frozen=True, slots=True)
class RunTold:
    """A run: its name, how far it is where that is told, when it was first told of, and why it began."""

    run: str
    stage: str
    since: datetime
    cause: str

    def as_json(self) -> dict[str, str]:
        """Return the run as JSON-compatible values."""
        return {"run": self.run, "stage": self.stage, "since": self.since.isoformat(), "cause": self.cause}


def runs_told(past: Iterable[Past], most: int = MOST) -> list[RunTold]:
    """Return the runs that a resource's documents name, the newest first; of those told first at once, as they stand.

    Args:
        past: its documents, the newest first.
        most: how many of them are looked at; the next one only says what was told before.
    """
    each = [one for one in islice(past, most + 1) if one.document is not None]
    found: dict[str, RunTold] = {}
    for place, one in enumerate(each[:most]):
        before = _facts(each[place + 1]) if place + 1 < len(each) else {}
        cause = _cause(_facts(one), before)
        for run, stage in _runs(_facts(one)):
            known = found.get(run)
            found[run] = RunTold(run, known.stage if known else stage, one.when, cause)
    return sorted(found.values(), key=lambda run: run.since, reverse=True)


def _facts(past: Past) -> Facts:
    told = (past.document or {}).get("facts")
    return told if isinstance(told, Mapping) else {}


def _runs(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield the runs that facts name, each with how far it is."""
    if facts.get("run"):
        yield str(facts["run"]), str(facts.get("stage") or "")
    for row in _list(facts.get("leaderboard")):
        if isinstance(row, Mapping) and row.get("run"):
            yield str(row["run"]), str(row.get("stage") or "")
    for report in reversed(_list(facts.get("reports"))):
        yield str(report), ""


def _cause(facts: Facts, before: Facts) -> str:
    """Say why a run began, by what is told of it and what was told before."""
    if facts.get("refreshed_for") and facts.get("refreshed_for") != before.get("refreshed_for"):
        return f"the alert of {facts['refreshed_for']}"
    if facts.get("run") and facts.get("due") and facts["due"] != before.get("due"):
        return f"due since {facts['due']}"
    now, then = facts.get("made_from"), before.get("made_from")
    if not isinstance(now, Mapping):
        return ""
    if not isinstance(then, Mapping):
        return "it is the first that is told of"
    changed = sorted(str(name) for name in {*now, *then} if now.get(name) != then.get(name))
    return f"changed: {', '.join(changed)}" if changed else ""


def _list(told: Any) -> list[Any]:
    return list(told) if isinstance(told, list) else []
