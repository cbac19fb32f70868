"""Replica: gates on the model as it is served, by what a job measured of it once, and what is told of that.

What a job tells is taken for what anybody may have written: a figure that isn't one, contradicts itself, or is of fewer
requests or less sure than it was asked for, is missing, and a gate without its figure has failed.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.controllers.gate_statuses import status, told_of
from reconciler.controllers.gates import GateResult, excess, failed
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


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with the ends of its interval, and of how many rows or requests it is."""

    value: float
    low: float | None
    high: float | None
    count: int


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
    for name, one in _held(_Figures(result, spec), spec):
        found[name] = (*found.get(name, ()), one)
    return found


def _held(figures: "_Figures", spec: Replica) -> Iterator[tuple[str, GateResult]]:
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


def _answered(figures: "_Figures", minimum: float) -> GateResult:
    """Hold the share of rows that were answered: where all have to be, no sample's doubt is left to judge."""
    if minimum < 1:
        return figures.at_least("answers", "share of test rows answered", minimum, unit="rows")
    known = figures.of("answers")
    told = f"each of them (of {known.count} rows)" if known else "each of them"
    value = known.value if known else None
    return GateResult("share of test rows answered", value, told, value == 1)


class _Figures:
    """What a job has measured, as far as it can be believed."""

    def __init__(self, result: Mapping[str, Any], spec: Replica) -> None:
        facts = result.get("facts")
        told = facts if isinstance(facts, Mapping) else {}
        figures = told.get("figures")
        is_asked = told.get("confidence") == spec.confidence
        self._told = figures if isinstance(figures, Mapping) and is_asked else {}
        self._confidence = spec.confidence

    def of(self, name: str, fewest: int = 1) -> Measured | None:
        """Return a figure; None where there is none to believe."""
        told = self._told.get(name)
        if not isinstance(told, Mapping):
            return None
        value, low, high, count = (told.get(key) for key in ("value", "low", "high", "count"))
        numbers = [one for one in (low, value, high) if one is not None]
        if value is None or not all(map(_is_number, numbers)) or numbers != sorted(numbers):
            return None
        if not isinstance(count, int) or isinstance(count, bool) or count < fewest:
            return None
        return Measured(float(value), low, high, count)

    def at_most(
        self, name: str, what: str, most: float, scale: float = 1.0, *, fewest: int = 1, unit: str = "requests"
    ) -> GateResult:
        """Hold the upper end of a figure against a bound."""
        known = self.of(name, fewest)
        end = known.high if known else None
        passed = end is not None and excess(end - most, end, most) <= 0
        return self._result(what, known, f"at most {most / scale:g}", (end, passed), (scale, unit))

    def at_least(self, name: str, what: str, fewest: float, *, unit: str = "requests") -> GateResult:
        """Hold the lower end of a figure against a bound."""
        known = self.of(name)
        end = known.low if known else None
        passed = end is not None and excess(fewest - end, end, fewest) <= 0
        return self._result(what, known, f"at least {fewest:g}", (end, passed), (1.0, unit))

    def _result(
        self, what: str, known: Measured | None, bound: str, held: tuple[float | None, bool], of: tuple[float, str]
    ) -> GateResult:
        (end, passed), (scale, unit) = held, of
        if known is not None and unit:
            told = "unknown" if end is None else f"{end / scale:.4f}"
            bound += f" with a confidence of {self._confidence:g} (the interval's bound: {told}"
            bound += f", of {known.count} {unit})"
        return GateResult(what, known.value / scale if known else None, bound, passed)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def statuses(case: Case, found: Mapping[str, tuple[GateResult, ...]]) -> list[CommitStatus]:
    """Return a status for each gate."""
    return [
        status(case, name, Verdict.FAILURE if failed(results) else Verdict.SUCCESS, told_of(results))
        for name, results in found.items()
    ]


def section(result: Mapping[str, Any], spec: Replica, pool: str) -> str:
    """Write what was measured, where, and what a replica said of rows that it didn't answer."""
    figures = _Figures(result, spec)
    facts = result.get("facts")
    told = facts if isinstance(facts, Mapping) else {}
    known = [(name, one) for name in _SHOWN if (one := figures.of(name))]
    lines = [
        (_SHOWN[name], figure(one.value), "" if name == "size" else _between(one), f"{one.count}")
        for name, one in known
    ]
    heads = ("figure", "value", f"from, to, each with a confidence of {spec.confidence:g}", "of")
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


def _between(one: Measured) -> str:
    ends = ("unknown" if end is None else figure(float(end)) for end in (one.low, one.high))
    return " to ".join(ends)


def _machine(told: Mapping[str, Any]) -> str:
    """Say on what it was measured, as the job tells."""
    machine = told.get("machine")
    if not isinstance(machine, Mapping) or not _is_number(machine.get("cores")):
        return "on a machine of which nothing is told"
    return f"on {machine['cores']:g} cores, {printable(str(machine.get('architecture')), 40)}"
