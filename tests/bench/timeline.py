"""Where the seconds from an alert to a new model go, as a demo's folder tells: its daemons' logs, what each job left.

    python -m tests.bench.timeline FOLDER SECONDS

prints each pass, change and job of so many seconds from the first alert on. Seconds of CPU and counts are the same on
a busy machine; the clock isn't.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ENVIRONMENT = "prod"
EARLY = "no figure: a report of the schedule had raised the alert before the demo asked for one; play it again"
ALERT, ROUTE = ("accept", "monitors/"), ("route", "deployments/")


@dataclass(frozen=True)
class Moment:
    """What happened when; of a job its seconds of CPU."""

    at: float
    where: str
    what: str
    cpu: float = 0.0


@dataclass(frozen=True)
class Span:
    """The time from an alert to the model that came of it."""

    began: float
    ended: float
    moments: tuple[Moment, ...]

    def __str__(self) -> str:
        jobs = [moment for moment in self.moments if moment.cpu]
        passes = [moment for moment in self.moments if moment.what.startswith("pass ")]
        routes = [moment.at for moment in self.moments if moment.what.startswith(" ".join(ROUTE))]
        if not routes:
            return EARLY
        rollout = self.ended - min(routes)
        cpu = sum(job.cpu for job in jobs)
        return f"{len(jobs)} jobs, {cpu:.1f} CPU s; {len(passes)} passes; the rollout {rollout:.0f} s"


def span(folder: Path, seconds: float) -> Span:
    """Return what happened for so long from the first alert on.

    Raises:
        ValueError: there was no alert.
    """
    moments = sorted((*_passes(folder), *_jobs(folder)), key=lambda moment: moment.at)
    alert = " ".join(ALERT)
    began = min(m.at for m in moments if m.where == ENVIRONMENT and m.what.startswith(alert))
    kept = tuple(moment for moment in moments if began <= moment.at <= began + seconds)
    return Span(began, began + seconds, kept)


def _passes(folder: Path) -> Iterator[Moment]:
    """Yield what the daemons did: each pass, and each change that it made."""
    for log in folder.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            told = _object(line)
            if "timestamp" in told:
                yield Moment(datetime.fromisoformat(told["timestamp"]).timestamp(), log.stem, _words(told))


def _words(told: Mapping[str, Any]) -> str:
    if told["event"] == "pass":
        return f"pass of {told['seconds']:.2f} s, {told['changes']} changes"
    return " ".join(str(told[name]) for name in ("event", "target", "why") if told.get(name))


def _jobs(folder: Path) -> Iterator[Moment]:
    """Yield the beginning and the end of each job's newest attempt."""
    for file in folder.glob("home/pool/jobs/*/*.exit.json"):
        told, run = _object(file.read_text()), unquote(file.parent.name)
        if "started" in told:
            took, cpu = told["ended"] - told["started"], told["cpu_seconds"]
            yield Moment(told["started"], "pool", f"begins {run}")
            yield Moment(told["ended"], "pool", f"ends   {run} after {took:.2f} s, {cpu:.2f} of CPU", cpu)


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def main(folder: str, seconds: str) -> None:
    """Print a timeline."""
    found = span(Path(folder), float(seconds))
    for moment in found.moments:
        print(f"{moment.at - found.began:7.2f}  {moment.where:<5} {moment.what}")
    print(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
