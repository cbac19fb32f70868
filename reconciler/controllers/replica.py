"""Replica: gates on the model as it is served, by what a job measured of it once, and what is told of that."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.controllers.gate_statuses import status, told_of
from reconciler.controllers.gates import GateResult, failed
from reconciler.controllers.measured import Figures, is_number, one_sided
from reconciler.controllers.promotion_case import Case
from reconciler.controllers.run_orders import order
from reconciler.model.change import StartRun
from reconciler.model.ids import RunName
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.replica import Replica
from reconciler.model.markdown import escaped, figure, table
from reconciler.model.reviews import CommitStatus, Verdict
from reconciler.model.text import printable

MEBIBYTE = 2.0**20
_MOST_TOLD = 5


def measurement(case: Case, candidate: RunName) -> StartRun | None:
    """Order what the gates need of a candidate; None where there are none.

    How fast something is depends on where it runs: it is measured in each environment, and again in another pool.
    """
    spec, deployment = case.spec.replica, case.subject.spec
    if spec is None:
        return None
    assert isinstance(deployment, Deployment)
    params: dict[str, Any] = {"confidence": spec.confidence, "threads": max(1, math.floor(deployment.resources.cpus))}
    if spec.answers:
        params["answers"] = {"rows": spec.answers.rows}
    if spec.latency:
        params["latency"] = {"requests": spec.latency.requests}
    if spec.load:
        params["load"] = {"clients": spec.load.clients, "seconds": spec.load.lasts.total_seconds()}
    where = {"environment": case.environment, "pool": case.spec.pool, "cpus": case.spec.resources.cpus}
    inputs = {"candidate": candidate}
    return order(
        case.resource, case.view, runner="replica", params=params, made_from={**inputs, "where": where}, inputs=inputs
    )


def held(result: Mapping[str, Any], spec: Replica) -> dict[str, tuple[GateResult, ...]]:
    """Hold what was measured against each gate, by the gate's name."""
    found: dict[str, tuple[GateResult, ...]] = {}
    for name, one in _held(Figures(result, spec.confidence), spec):
        found[name] = (*found.get(name, ()), one)
    return found


def _held(figures: Figures, spec: Replica) -> Iterator[tuple[str, GateResult]]:
    if spec.size is not None:
        yield "size", figures.at_most("size", "size in MiB", spec.size, MEBIBYTE, unit="")
    if spec.answers is not None:
        yield "answers", _answered(figures, spec.answers.minimum)
    for percent in ("p50", "p99"):
        most = getattr(spec.latency, percent, None)
        if spec.latency is not None and most is not None:
            what = f"latency {percent} in ms"
            fewest = spec.latency.requests
            yield "latency", figures.at_most(f"latency.{percent}", what, 1000 * most.total_seconds(), fewest=fewest)
    if spec.load is None:
        return
    clients = f"with {spec.load.clients} clients"
    if spec.load.rate is not None:
        yield "load", figures.at_least("load.rate", f"answers a second {clients}", spec.load.rate)
    if spec.load.p99 is not None:
        most = 1000 * spec.load.p99.total_seconds()
        yield "load", figures.at_most("load.p99", f"latency p99 in ms {clients}", most)


def _answered(figures: Figures, minimum: float) -> GateResult:
    """Hold the share of rows that were answered: where all have to be, no sample's doubt is left to judge."""
    if minimum < 1:
        return figures.at_least("answers", "share of test rows answered", minimum, unit="rows")
    known = figures.of("answers")
    told = f"each of them (of {known.count} rows)" if known else "each of them"
    value = known.value if known else None
    return GateResult("share of test rows answered", value, told, value == 1)


def statuses(case: Case, found: Mapping[str, tuple[GateResult, ...]]) -> list[CommitStatus]:
    """Return a status for each gate."""
    return [
        status(case, name, Verdict.FAILURE if failed(results) else Verdict.SUCCESS, told_of(results))
        for name, results in found.items()
    ]


def section(result: Mapping[str, Any], spec: Replica, pool: str) -> str:
    """Write what was measured, where, and what a replica said of rows that it didn't answer."""
    figures = Figures(result, spec.confidence)
    facts = result.get("facts")
    told = facts if isinstance(facts, Mapping) else {}
    known = [(name, one) for name in _SHOWN if (one := figures.of(name))]
    lines = [
        (_SHOWN[name], figure(one.value), "" if name == "size" else one.between, f"{one.count}") for name, one in known
    ]
    heads = ("figure", "value", one_sided(spec.confidence), "of")
    parts = [f"## As a replica\n\nMeasured in `{pool}`, {escaped(_machine(told))}.", table(heads, lines)]
    refused = told.get("refused")
    said = [one for one in refused if isinstance(one, str)][:_MOST_TOLD] if isinstance(refused, list) else []
    parts += ["Of rows that it didn't answer it said:\n\n" + "\n".join(f"- {escaped(printable(s))}" for s in said)]
    return "\n\n".join(parts if said else parts[:-1])


_SHOWN: Mapping[str, str] = {
    "size": "bytes of its files",
    "answers": "share of test rows answered",
    "latency.p50": "latency p50 in ms",
    "latency.p99": "latency p99 in ms",
    "load.rate": "answers a second under load",
    "load.p99": "latency p99 in ms under load",
}


def _machine(told: Mapping[str, Any]) -> str:
    """Say on what it was measured, as the job tells."""
    machine = told.get("machine")
    if not isinstance(machine, Mapping) or not is_number(machine.get("cores")):
        return "on a machine of which nothing is told"
    return f"on {machine['cores']:g} cores, {printable(str(machine.get('architecture')), 40)}"
