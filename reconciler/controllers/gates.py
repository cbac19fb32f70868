"""Gates: conditions on a candidate's metrics, alone, by slice, or against the live model on the same rows.

Against the live model a gate asks whether the candidate is *not too much worse* (non-inferiority). Without `confidence`
the figures decide. With it the bound of the difference's interval does, one-sided, from the paired bootstrap: of
candidates that are exactly `worse_than_live` worse, a share of 1 - confidence passes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.decision import Scores
from reconciler.model.kinds.experiments import Metric
from reconciler.model.kinds.gates import Gate
from reconciler.model.metrics import LOSSES

DIGITS = 9
"""Figures are held against bounds to so many digits, so that 0.90 - 0.88 is no more than 0.02, as people count."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate held against one figure. `passed` is None when there was nothing to hold it against."""

    what: str
    value: float | None
    bound: str
    passed: bool | None

    def __str__(self) -> str:
        """Write the result as `what value, bound`."""
        value = "is missing" if self.value is None else f"is {self.value:.4f}"
        return f"{self.what} {value}, {self.bound}"


def alone(scores: Scores, gates: Iterable[Gate]) -> tuple[GateResult, ...]:
    """Hold the gates that need no live model against a trial's metrics and slices on one set of rows."""
    return tuple(result for gate in gates for result in _alone(scores, gate))


def _alone(scores: Scores, gate: Gate) -> list[GateResult]:
    if gate.minimum is None and gate.maximum is None:
        return []
    if gate.slice is None:
        return [_bounded(gate.metric, scores.metrics.get(gate.metric), gate)]
    values = scores.slices.get(gate.slice) or {}
    if not values:
        return [_no_slices(gate)]
    return [
        _bounded(f"{gate.metric} where {gate.slice} = {value}", metrics.get(gate.metric), gate)
        for value, metrics in sorted(values.items())
    ]


def _no_slices(gate: Gate) -> GateResult:
    return GateResult(f"{gate.metric} by {gate.slice}", None, "the trial has no such slices", False)


def _bounded(what: str, value: float | None, gate: Gate) -> GateResult:
    bounds = [f"at least {gate.minimum:g}"] if gate.minimum is not None else []
    bounds += [f"at most {gate.maximum:g}"] if gate.maximum is not None else []
    passed = (
        value is not None
        and (gate.minimum is None or excess(gate.minimum - value, value, gate.minimum) <= 0)
        and (gate.maximum is None or excess(value - gate.maximum, value, gate.maximum) <= 0)
    )
    return GateResult(what, value, " and ".join(bounds), passed)


def excess(above: float, *figures: float) -> float:
    """Return by how much a bound is exceeded, as a share of the largest figure, without the noise of their floats."""
    return round(above / (max(map(abs, figures)) or 1.0), DIGITS)


def losses(metric: Metric | None) -> frozenset[str]:
    """Return the metrics of which less is better, as an experiment says of its own and the field of the others."""
    if metric is None:
        return LOSSES
    return LOSSES | {metric.name} if metric.goal == "minimize" else LOSSES - {metric.name}


def against_live(
    comparison: Mapping[str, Any], gates: Iterable[Gate], smaller: frozenset[str] = LOSSES, noun: str = "model"
) -> tuple[GateResult, ...]:
    """Hold the gates that compare against what the comparison has left.

    Args:
        comparison: a result whose metrics are `candidate.<metric>` and, where a model is live, `live.<metric>`; its
            facts tell the slices of both, and the bounds that were asked for.
        gates: all gates; those that compare nothing are left out.
        smaller: the metrics of which less is better.
        noun: what is compared.
    """
    return tuple(
        _compared(pair, gate, gate.metric in smaller, noun)
        for gate in gates
        if gate.worse_than_live is not None
        for pair in _pairs(comparison, gate)
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two figures of one metric on the same rows, and the ends of the interval of their difference."""

    what: str
    candidate: float | None
    live: float | None
    ends: Mapping[str, float | None] | None
    is_compared: bool = False
    """Whether a live model was there to be measured, of which a figure is told or was missed."""


def _pairs(comparison: Mapping[str, Any], gate: Gate) -> Iterator[_Pair]:
    metrics, facts = comparison.get("metrics", {}), comparison.get("facts", {})
    if gate.slice is None:
        pair = (metrics.get(f"candidate.{gate.metric}"), metrics.get(f"live.{gate.metric}"))
        is_compared = isinstance(facts.get("live"), Mapping)
        yield _Pair(f"{gate.metric} of the candidate", *pair, _ends(facts, gate, None), is_compared)
        return
    own, live = (((facts.get(who) or {}).get("slices") or {}).get(gate.slice) or {} for who in ("candidate", "live"))
    if not own:
        yield _Pair(f"{gate.metric} by {gate.slice}", None, metrics.get(f"live.{gate.metric}"), None)
    for value, told in sorted(own.items()):
        what = f"{gate.metric} of the candidate where {gate.slice} = {value}"
        yield _Pair(what, told.get(gate.metric), live.get(value, {}).get(gate.metric), _ends(facts, gate, value))


def _ends(facts: Mapping[str, Any], gate: Gate, value: str | None) -> Mapping[str, float | None] | None:
    wanted = (gate.metric, gate.confidence, gate.slice, value)
    found = (
        one
        for one in facts.get("bounds") or ()
        if (one.get("metric"), one.get("confidence"), one.get("slice"), one.get("value")) == wanted
    )
    return next(found, None)


def _compared(pair: _Pair, gate: Gate, is_loss: bool, noun: str) -> GateResult:
    if pair.live is None and pair.is_compared:
        return GateResult(pair.what, pair.candidate, f"the comparison tells no such figure of the live {noun}", False)
    if pair.live is None:
        return GateResult(pair.what, pair.candidate, f"no live {noun} to compare with", None)
    margin = gate.worse_than_live or 0.0
    bound = f"at most {margin:g} worse than the live {noun}'s {pair.live:.4f}"
    if pair.candidate is None:
        return GateResult(pair.what, None, bound, False)
    loss: float | None = pair.candidate - pair.live if is_loss else pair.live - pair.candidate
    if gate.confidence is not None:
        loss = _worst(pair, is_loss)
        told = "unknown" if loss is None else f"by {loss:.4f}" if loss > 0 else f"better by {-loss:.4f}"
        bound += f" with a confidence of {gate.confidence:g} (the interval's bound: {told})"
    passed = loss is not None and excess(loss - margin, pair.candidate, pair.live) <= 0
    return GateResult(pair.what, pair.candidate, bound, passed)


def _worst(pair: _Pair, is_loss: bool) -> float | None:
    """Return by how much the candidate may be worse at the most, as sure as the gate asks; None where nobody knows."""
    end = (pair.ends or {}).get("high" if is_loss else "low")
    return None if end is None else end if is_loss else -end


def failed(results: Iterable[GateResult]) -> tuple[GateResult, ...]:
    """Return the gates that didn't hold."""
    return tuple(result for result in results if result.passed is False)
