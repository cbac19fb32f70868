"""Gates: conditions on a candidate's metrics, alone, by slice, or against the live model on the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.model.decision import Trial
from reconciler.model.kinds.experiments import Metric
from reconciler.model.kinds.promotions import Gate

SMALLER_IS_BETTER = frozenset({"log_loss", "brier", "rmse", "mae", "mse", "mape"})
"""Metrics that an experiment says nothing of and that are losses."""


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


def alone(trial: Trial, gates: Iterable[Gate]) -> tuple[GateResult, ...]:
    """Hold the gates that need no live model against a trial's own metrics and slices."""
    return tuple(result for gate in gates for result in _alone(trial, gate))


def _alone(trial: Trial, gate: Gate) -> list[GateResult]:
    if gate.minimum is None and gate.maximum is None:
        return []
    if gate.slice is None:
        return [_bounded(gate.metric, trial.metrics.get(gate.metric), gate)]
    values = trial.slices.get(gate.slice) or {}
    if not values:
        return [GateResult(f"{gate.metric} by {gate.slice}", None, "the trial has no such slices", False)]
    return [
        _bounded(f"{gate.metric} where {gate.slice} = {value}", metrics.get(gate.metric), gate)
        for value, metrics in sorted(values.items())
    ]


def _bounded(what: str, value: float | None, gate: Gate) -> GateResult:
    bounds = [f"at least {gate.minimum:g}"] if gate.minimum is not None else []
    bounds += [f"at most {gate.maximum:g}"] if gate.maximum is not None else []
    passed = (
        value is not None
        and (gate.minimum is None or value >= gate.minimum)
        and (gate.maximum is None or value <= gate.maximum)
    )
    return GateResult(what, value, " and ".join(bounds), passed)


def losses(metric: Metric | None) -> frozenset[str]:
    """Return the metrics of which less is better, as an experiment says of its own and the field of the others."""
    if metric is None:
        return SMALLER_IS_BETTER
    return SMALLER_IS_BETTER | {metric.name} if metric.goal == "minimize" else SMALLER_IS_BETTER - {metric.name}


def against_live(
    metrics: Mapping[str, float], gates: Iterable[Gate], smaller: frozenset[str] = SMALLER_IS_BETTER
) -> tuple[GateResult, ...]:
    """Hold the gates that compare: `metrics` has `candidate.<metric>` and, where a model is live, `live.<metric>`."""
    return tuple(_compared(metrics, gate, smaller) for gate in gates if gate.worse_than_live is not None)


def _compared(metrics: Mapping[str, float], gate: Gate, smaller: frozenset[str]) -> GateResult:
    candidate, live = metrics.get(f"candidate.{gate.metric}"), metrics.get(f"live.{gate.metric}")
    what = f"{gate.metric} of the candidate"
    if live is None:
        return GateResult(what, candidate, "no live model to compare with", None)
    bound = f"at most {gate.worse_than_live:g} worse than the live model's {live:.4f}"
    if candidate is None or gate.worse_than_live is None:
        return GateResult(what, candidate, bound, False)
    loss = candidate - live if gate.metric in smaller else live - candidate
    return GateResult(what, candidate, bound, loss <= gate.worse_than_live)


def failed(results: Iterable[GateResult]) -> tuple[GateResult, ...]:
    """Return the gates that didn't hold."""
    return tuple(result for result in results if result.passed is False)
