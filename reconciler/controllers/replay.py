"""Replay: recent requests that a candidate answers again before it is proposed, and the gates on its answers.

1. They are those that the model which answers now was asked, up to when the candidate was first looked at.
2. That moment stays for as long as both models, the spec and where outcomes are told stay: the same rows are judged
   once. It moves on where too few rows were there to judge by, and where an operator asks for it.
3. What too few rows, or none, can tell of is never called well: gates wait, or aren't held and the proposal says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.controllers.arriving_outcomes import arriving_outcomes
from reconciler.controllers.gate_statuses import gate_name
from reconciler.controllers.gates import GateResult, against_live
from reconciler.controllers.measured import Figures, count_of
from reconciler.controllers.promotion_case import Case
from reconciler.controllers.run_lifecycle import Stage, lifecycle_of
from reconciler.controllers.run_orders import order
from reconciler.model.change import StartRun
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.facts import PromotionFacts
from reconciler.model.ids import RunName, digest
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.gates import Gate
from reconciler.model.kinds.replay import Replay
from reconciler.model.moment import moment_of
from reconciler.model.reason import Reason
from reconciler.model.text import counted, printable

DOCUMENT = "replay.json"
"""The file in which a replay tells all that it has found."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look at recent requests: up to when, and the run that replays them; none where no model answers now."""

    case: Case
    end: datetime
    run: StartRun | None = None
    live: RunName | None = None

    @property
    def spec(self) -> Replay:
        """Return what the spec asks for."""
        return _spec(self.case)

    @property
    def again(self) -> datetime:
        """Return when it looks again, where there were too few rows."""
        return self.end + self.spec.every


def is_unread(case: Case) -> bool:
    """Tell whether recent requests are asked for, and nobody knows what answers now: then nothing is said of them."""
    if case.spec.replay is None or case.live is None:
        return False
    endpoint = case.view.actual.endpoints.get(case.subject.identity)
    return "serving" in case.view.actual.unread or bool(endpoint and endpoint.unread)


def unread(case: Case, candidate: RunName) -> Decision:
    """Wait while nobody knows what answers now; what was looked at before is remembered."""
    recorded = case.view.facts_of(case.address, PromotionFacts).get("replayed")
    facts: PromotionFacts = {"candidate": candidate}
    facts = {**facts, "replayed": recorded} if recorded else facts
    message = f"{candidate} waits: what {case.subject.address} was asked of late isn't known, as it can't be read"
    return case.told(Phase.WAITING, Reason.WAITS_FOR_UPSTREAM, message, facts=facts)


def look_at(case: Case, candidate: RunName) -> Look | None:
    """Return the look that a candidate needs; None where the spec asks for none, or no model is there to be asked."""
    if case.spec.replay is None or case.live is None:
        return None
    live, now = _answering(case), case.view.actual.now
    if live is None:
        return Look(case, now)
    key = digest([candidate, live.trial, _params(case, live)])
    known = _known_end(case, key)
    at_last = None if known is None else _look(case, candidate, live, known, key)
    if at_last is None or (now >= at_last.again and _waits(at_last)):
        return _look(case, candidate, live, now, key)
    return at_last


def _answering(case: Case) -> Live | None:
    """Return the model that answers now, where its trial is still there."""
    above = case.view.upstream.get(case.subject.address)
    live = above.output if above else None
    return live if isinstance(live, Live) and live.trial in case.view.actual.data.versions else None


def _known_end(case: Case, key: str) -> datetime | None:
    """Return up to when this was looked at before; None where it wasn't, or an operator has asked since."""
    told = case.view.facts_of(case.address, PromotionFacts).get("replayed")
    told = told if isinstance(told, Mapping) and told.get("key") == key else {}
    end, asked = moment_of(str(told.get("end"))), case.view.requested(case.address)
    return None if end is None or (asked and asked > end) else end


def _look(case: Case, candidate: RunName, live: Live, end: datetime, key: str) -> Look:
    """Order the replay of the requests up to a moment; what is remembered of it stands in the look's case."""
    window = {"start": (end - _spec(case).window).isoformat(), "end": end.isoformat()}
    inputs = {"candidate": candidate, "live": live.trial}
    run = order(
        case.resource,
        case.view,
        runner="replay",
        params={**_params(case, live), "window": window},
        made_from={**inputs, "environment": case.environment},
        inputs=inputs,
        urls={"logs": live.logs_url},
    )
    memory: PromotionFacts = {**case.memory, "replayed": {"key": key, "end": end.isoformat(), "run": run.run}}
    return Look(replace(case, memory=memory), end, run, live.trial)


def _spec(case: Case) -> Replay:
    assert case.spec.replay is not None
    return case.spec.replay


def _params(case: Case, live: Live) -> dict[str, Any]:
    """Return what is asked of a replay, but its window."""
    spec, deployment = _spec(case), case.subject.spec
    assert isinstance(deployment, Deployment)
    params: dict[str, Any] = {"trial": live.trial, "rows": spec.rows, "confidence": spec.confidence}
    params |= {"tolerance": spec.tolerance} if spec.tolerance else {}
    params |= {"left_out": sorted(deployment.payloads.leave_out)} if deployment.payloads.leave_out else {}
    bounds = [
        gate.model_dump(mode="json", include={"metric", "confidence"}) for gate in recent(case) if gate.confidence
    ]
    params |= {"bounds": bounds} if bounds else {}
    outcomes = arriving_outcomes(case.subject.address, case.view)
    return params | ({"outcomes": outcomes} if outcomes else {})


def _waits(look: Look) -> bool:
    """Tell whether a look has ended that found too few rows, and has to be made again."""
    if look.run is None or look.spec.too_few == "pass":
        return False
    job = lifecycle_of(look.run, look.case.spec.retries, look.case.view)
    return job.stage is Stage.ACCEPTED and bool(lacking(look, job.result))


def recent(case: Case) -> list[Gate]:
    """Return the gates that are held on recent rows."""
    return [gate for gate in case.spec.gates if gate.rows == "recent"]


def lacking(look: Look, result: Mapping[str, Any]) -> str:
    """Say of what there was too little to hold the gates; empty where there was enough, or nothing decides."""
    spec, told = look.spec, _facts(result)
    rows, known = count_of(told, "rows"), count_of(outcomes_of(told), "rows")
    if look.run is None:
        return "no model answers now whose requests could be replayed" if _decides(look) else ""
    if told.get("obstacle") or _is_all_refused(result, spec):
        return ""
    since = f"{look.end - spec.window:%Y-%m-%d %H:%M}"
    if rows < spec.minimum_rows and _decides(look):
        return f"{rows} of {counted(spec.minimum_rows, 'row')} were logged since {since} UTC{_unlogged(look.case)}"
    if known < spec.minimum_rows and recent(look.case):
        needed = f"of {counted(rows, 'replayed row')}{_unseen(told)}, and {spec.minimum_rows} are needed"
        return f"outcomes are known of {known} {needed}"
    return ""


def _unseen(told: Mapping[str, Any]) -> str:
    """Say that rows with outcomes were left out, as a model was trained on them."""
    seen = outcomes_of(told).get("seen")
    counts = [count_of(seen, who) for who in ("candidate", "live")] if isinstance(seen, Mapping) else []
    return " that neither model was trained on" if any(counts) else ""


def _decides(look: Look) -> bool:
    return look.spec.is_bounded or bool(recent(look.case))


def _unlogged(case: Case) -> str:
    deployment = case.subject.spec
    is_off = isinstance(deployment, Deployment) and not deployment.log_payloads
    return f", and {case.subject.address} logs none (log_payloads: false)" if is_off else ""


def _is_all_refused(result: Mapping[str, Any], spec: Replay) -> bool:
    refused = Figures(result, spec.confidence).of("refused")
    return refused is not None and refused.value == 1


def held(look: Look, result: Mapping[str, Any], smaller: frozenset[str]) -> dict[str, tuple[GateResult, ...]]:
    """Hold what was replayed against each gate, by the gate's name; of too few rows, none is."""
    gates = {"differing": look.spec.maximum_differing, "refused": look.spec.maximum_refused}
    metrics = {gate_name(gate): gate for gate in recent(look.case)}
    names = [*(name for name, most in gates.items() if most is not None), *metrics]
    why = lacking(look, result)
    if why or (obstacle := _obstacle(result)):
        passed = None if look.spec.too_few == "pass" else False
        return {name: (GateResult(_WHAT.get(name, name), None, why or obstacle, passed),) for name in names}
    found = {name: (_bounded(look, result, name, most),) for name, most in gates.items() if most is not None}
    return found | {name: _metric(result, gate, smaller) for name, gate in metrics.items()}


_WHAT: Mapping[str, str] = {
    "differing": "share of recent answers that differ from the live model's",
    "refused": "share of recent rows that it refuses and the live model took",
}
SHARES = frozenset(_WHAT)
"""The gates that aren't a metric's."""


def _obstacle(result: Mapping[str, Any]) -> str:
    return printable(str(_facts(result).get("obstacle") or ""), 300)


def _bounded(look: Look, result: Mapping[str, Any], name: str, most: float) -> GateResult:
    """Hold a share against its bound: where no row may be refused, no sample's doubt is left to judge."""
    figures = Figures(result, look.spec.confidence)
    if most > 0:
        return figures.at_most(name, _WHAT[name], most, unit="rows")
    known = figures.of(name)
    bound = f"none of {counted(known.count, 'row')}" if known else "none"
    return GateResult(_WHAT[name], known.value if known else None, bound, bool(known and known.value == 0))


def _metric(result: Mapping[str, Any], gate: Gate, smaller: frozenset[str]) -> tuple[GateResult, ...]:
    """Hold a metric on recent rows; one that wasn't told has failed."""
    found = against_live(result, [gate], smaller)
    named = (replace(one, what=f"{one.what} on recent rows") for one in found)
    missing = "the replay has told no such metric of both models"
    return tuple(one if one.passed is not None else replace(one, bound=missing, passed=False) for one in named)


def unheld(case: Case) -> tuple[GateResult, ...]:
    """Return the gates on recent rows where no model is live that could have been asked."""
    return against_live({}, recent(case))


def summary(look: Look, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the status tells of a look."""
    told, figures = _facts(result), Figures(result, look.spec.confidence)
    known = {name: one.value for name in ("differing", "refused") if (one := figures.of(name))}
    rows = {"rows": count_of(told, "rows"), "outcomes": count_of(outcomes_of(told), "rows")}
    obstacle = {"obstacle": text} if (text := _obstacle(result)) else {}
    return {**(look.case.memory.get("replayed") or {}), **rows, **known, **obstacle}


def _facts(result: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = result.get("facts")
    return facts if isinstance(facts, Mapping) else {}


def outcomes_of(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a replay tells of outcomes."""
    told = facts.get("outcomes")
    return told if isinstance(told, Mapping) else {}
