"""Findings: what the jobs have found of a candidate, held against the gates of its promotion.

1. What fails on the test rows, or as a replica, is told first: then nothing is waited for.
   Where the live model has seen too many of these rows, a gate against it neither holds nor fails: a person decides.
2. Where recent requests are too few to judge by, a gate waits for them, unless the spec lets it pass.
3. What fails on recent requests is told last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from reconciler.controllers import replay, replica
from reconciler.controllers.comparability import incomparable
from reconciler.controllers.gate_statuses import of_gates
from reconciler.controllers.gates import GateResult, against_live, alone, failed
from reconciler.controllers.promotion_case import Case, ChosenTrial
from reconciler.controllers.replay import Look
from reconciler.controllers.replay_evidence import replay_section
from reconciler.model.decision import Phase
from reconciler.model.ids import RunName
from reconciler.model.reason import Reason
from reconciler.model.reviews import CommitStatus

ByGate = Mapping[str, tuple[GateResult, ...]]


class Obstacle(NamedTuple):
    """What keeps a candidate from being proposed, and until when at the least."""

    phase: Phase
    reason: Reason
    why: str
    wake: datetime | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What the jobs have found of a candidate: beside the live model, as a replica, and on recent requests.

    `smaller` are the metrics of which less is better; `look` is the look at recent requests, where the spec asks for
    one and a model is live.
    """

    run: RunName
    comparison: Mapping[str, Any]
    replica: Mapping[str, Any]
    look: Look | None
    replay: Mapping[str, Any]
    smaller: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """Findings that were held against each gate."""

    case: Case
    candidate: ChosenTrial
    found: Findings
    on_test_rows: tuple[GateResult, ...]
    as_replica: ByGate
    on_recent_rows: ByGate

    @property
    def results(self) -> tuple[GateResult, ...]:
        """Return what each gate found, as the proposal tells it."""
        recent = _flat(self.on_recent_rows) if self.found.look else replay.unheld(self.case)
        return (*self.on_test_rows, *_flat(self.as_replica), *recent)

    def obstacle(self) -> Obstacle | None:
        """Return what keeps the candidate from being proposed; None where it holds its gates."""
        return next(self._obstacles(), None)

    def _obstacles(self) -> Iterator[Obstacle]:
        if why := self._incomparable():
            yield Obstacle(Phase.STALLED, Reason.NOT_COMPARABLE, why)
        if lost := failed(self.on_test_rows):
            yield _unproposed(Phase.READY, Reason.LIVE_IS_BETTER, self.candidate.run, lost)
        if lost := failed(_flat(self.as_replica)):
            yield _unproposed(Phase.STALLED, Reason.GATES_FAILED, self.candidate.run, lost)
        look = self.found.look
        if look and look.spec.too_few == "block" and (lacking := replay.lacking(look, self.found.replay)):
            why = f"{self.candidate.run} waits for recent requests: {lacking}"
            yield Obstacle(Phase.WAITING, Reason.WAITS_FOR_ROWS, why, look.again)
        if lost := failed(_flat(self.on_recent_rows)):
            yield _unproposed(*self._lost_to_recent(), self.candidate.run, lost)

    def _incomparable(self) -> str:
        """Say why no gate against the live model can be held on the test rows; empty where none is, or they can."""
        case, why = self.case, incomparable(self.found.comparison)
        why = "the data store has it no more" if case.lost else why
        if not why or not any(gate.rows == "test" and gate.worse_than_live is not None for gate in case.spec.gates):
            return ""
        live = case.live.run if case.live else "the live model"
        fix = f"deal its rows out as those of {live} were (split.seed, or the split of the dataset)"
        fix = "let the data store have it again" if case.lost else fix
        by_hand = f"`setpoint promote {self.candidate.run} {case.subject.address}` proposes it without a comparison"
        return f"{self.candidate.run} can't be held against {live}: {why}. Either {fix}, or {by_hand}"

    def _lost_to_recent(self) -> tuple[Phase, Reason]:
        """Tell whether the live model is only better on recent rows, or a person has to look at it."""
        lost = {name for name, results in self.on_recent_rows.items() if failed(results)}
        is_worse = not lost & replay.SHARES and all(one.value is not None for one in _flat(self.on_recent_rows))
        return (Phase.READY, Reason.LIVE_IS_BETTER) if is_worse else (Phase.STALLED, Reason.GATES_FAILED)

    def statuses(self) -> list[CommitStatus]:
        """Return a commit status for each gate."""
        own = of_gates(self.case, self.candidate.scores, self.found.comparison, self.found.smaller)
        as_served = replica.statuses(self.case, self.as_replica)
        return [*own, *as_served, *replica.statuses(self.case, self.on_recent_rows)]

    def documents(self) -> dict[str, tuple[RunName, str]]:
        """Map places on the status branch to what tells all of a replay."""
        run, name = self.found.look.run if self.found.look else None, replay.DOCUMENT
        if run is None or name not in (self.found.replay.get("files") or {}):
            return {}
        return {f"reports/{run.run}/{name}": (run.run, name)}

    def sections(self) -> list[str]:
        """Return what a reviewer reads of what was measured beside the comparison."""
        spec, look = self.case.spec, self.found.look
        told = [replica.section(self.found.replica, spec.replica, spec.pool)] if spec.replica else []
        return [*told, *([replay_section(look, self.found.replay)] if look else [])]


def hold(case: Case, candidate: ChosenTrial, found: Findings) -> Held:
    """Hold what was found of a candidate against the gates."""
    gates = [gate for gate in case.spec.gates if gate.rows == "test"]
    results = alone(candidate.scores, gates) + against_live(found.comparison, gates, found.smaller)
    as_replica = replica.held(found.replica, case.spec.replica) if case.spec.replica else {}
    recent = replay.held(found.look, found.replay, found.smaller) if found.look else {}
    if found.look:
        case = replace(case, memory={**case.memory, "replayed": replay.summary(found.look, found.replay)})
    return Held(case, candidate, found, results, as_replica, recent)


def _flat(results: ByGate) -> tuple[GateResult, ...]:
    return tuple(result for some in results.values() for result in some)


def _unproposed(phase: Phase, reason: Reason, run: RunName, lost: tuple[GateResult, ...]) -> Obstacle:
    return Obstacle(phase, reason, f"{run} stays unproposed: {'; '.join(map(str, lost[:3]))}")
