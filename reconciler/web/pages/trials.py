"""Trials of an experiment, of all versions of its data that the status branch's history tells of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.moves import names_told
from reconciler.status.leaderboard_pages import left_out, whole_board
from reconciler.status.timeline import Past
from reconciler.web.pages.documents import Facts, document, mapping, mappings, number
from reconciler.web.pages.snapshot import Snapshot
from runners.contract.progress import Progress

MOST = 500
"""Trials that are compared."""
MOST_PAST = 60
"""Former statuses that are looked through for trials of former versions."""
RUN = re.compile(r"[a-z]+/[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?/[0-9a-f]{8,64}")
"""A run's name, as it may stand in a URL."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The figure that ranks a trial, on validation rows, with the ends of its interval; None where it isn't known."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether the interval is known."""
        return None not in (self.value, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial: its run, the version of the data, its rank there, how far it came, parameters and figures."""

    run: str
    version: str
    rank: str
    stage: str
    message: str
    params: Facts
    metrics: Facts
    ranking: Ranking
    model: str = ""
    is_live: bool = False
    order: int = 0
    history: Facts = field(default_factory=dict)
    now: Progress | None = None
    """How far it is, of one that trains."""

    @property
    def is_training(self) -> bool:
        """Tell whether its job may print how far it is."""
        return self.stage in ("running", "finishing")

    @property
    def digest(self) -> str:
        """Return what its run is called within its experiment."""
        return self.run.rsplit("/", 1)[-1]


def trials(one: Snapshot, address: Address, past: Iterable[Past] = ()) -> Sequence[Trial]:
    """Return an experiment's trials, those of the newest version first, in a version the best first.

    Args:
        one: its environment.
        address: its address.
        past: its former statuses, the newest first.

    Raises:
        Unavailable: the repository can't be read.
    """
    served = live(one)
    found: dict[str, Trial] = {}
    versions: dict[str, int] = {}
    for facts, rows in _boards(one, address, past):
        version = str(facts.get("dataset") or "")
        order = versions.setdefault(version, len(versions))
        for row in rows:
            run = str(row.get("run") or "")
            if run not in found and len(found) < MOST:
                found[run] = replace(_trial(one, run, row), version=version, order=order, is_live=run in served)
    return sorted(found.values(), key=lambda trial: (trial.order, not trial.rank, _place(trial.rank)))


def live(one: Snapshot) -> frozenset[str]:
    """Return the trials whose models answer requests in an environment."""
    found = set[str]()
    for row in one.rows:
        if row.kind == "deployments":
            found |= set(answering(one.facts(row.address)))
    return frozenset(found)


def answering(facts: Facts) -> Iterator[str]:
    """Yield the trials whose models answer some of a deployment's requests."""
    revisions = mapping(facts, "revisions")
    for name, share in mapping(facts, "traffic").items():
        if number(share) and isinstance(trial := mapping(revisions, name).get("trial"), str):
            yield trial


def _boards(one: Snapshot, address: Address, past: Iterable[Past]) -> Iterator[tuple[Facts, Sequence[Facts]]]:
    facts = one.facts(address)
    yield facts, board_of(one, facts)
    seen = {str(facts.get("dataset") or "")}
    for place, told in enumerate(past):
        if place >= MOST_PAST:
            return
        former = mapping(told.document, "facts")
        rows = mappings(former, "leaderboard")
        version = str(former.get("dataset") or "")
        if version not in seen and any(row.get("rank") for row in rows):
            seen.add(version)
            yield former, rows


def board_of(one: Snapshot, facts: Facts) -> Sequence[Facts]:
    """Return an experiment's whole leaderboard, or the part of it that can be read."""
    try:
        rows = whole_board(one.tree, facts) or []
    except Refused:
        rows = facts.get("leaderboard") or []
    return mappings({"": rows}, "")


def _trial(one: Snapshot, run: str, row: Facts) -> Trial:
    told = mapping(row, "ranking")
    ranking = Ranking(*(number(told.get(end)) for end in ("value", "low", "high")))
    metrics = document(one.tree, f"reports/{run}/metrics.json")
    return Trial(
        run,
        "",
        "" if left_out(row) else str(row.get("rank") or ""),
        left_out(row),
        str(row.get("message") or ""),
        mapping(row, "params"),
        {name: value for name, told in mapping(row, "metrics").items() if (value := number(told)) is not None},
        ranking,
        str(mapping(row, "model").get("digest") or ""),
        history=mapping(metrics, "history"),
    )


def _place(rank: str) -> int:
    return int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 9 else 0


def goal_of(facts: Facts) -> tuple[str, bool]:
    """Return the metric that ranks an experiment's trials, and whether more of it is better."""
    metric = mapping(facts, "metric")
    return str(metric.get("name") or "ranking"), metric.get("goal") != "minimize"


def own_run(one: Snapshot, address: Address, digest: str) -> str:
    """Return the run of a resource with a digest, by the name under which the status branch knows it."""
    names = [f"{name}/{digest}" for name in names_told(address, one.facts(address))]
    there = (name for name in names if any(path.startswith(f"reports/{name}/") for path in one.tree.files))
    return next(there, names[0])


def differing(told: Sequence[Trial]) -> list[str]:
    """Return the parameters that aren't the same in all trials that tell theirs."""
    rows: list[Mapping[str, Any]] = [trial.params for trial in told if trial.params]
    names = sorted({str(name) for row in rows for name in row})
    return [name for name in names if len({repr(row.get(name)) for row in rows}) > 1]
