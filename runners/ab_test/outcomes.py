"""What is known of units: a value from 0 to 1 of each, the more the better; of some nothing is known.

accuracy    the share of its rows that were answered rightly
error       1 less the mean distance of its numbers to the outcomes, as a share of the stated scale, at most 1
outcome     the share of its rows whose outcome is the stated success, whatever was predicted
error_rate  1 where it was answered, 0 where it failed; what a client did wrong tells nothing
latency     1 where it was answered as quickly as stated
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from runners.ab_test.parameters import ABTestParams
from runners.ab_test.units import Unit
from runners.contract import InputError
from runners.monitor.events import is_answered, seconds_of
from runners.monitor.outcomes import Known, read_outcomes
from runners.tables import Reading

SERVICE = frozenset({"error_rate", "latency"})
"""Metrics that need no outcome."""
Values = Sequence[float | None]


def values_of(units: Sequence[Unit], params: ABTestParams, reading: Reading | None) -> tuple[Values, Sequence[str]]:
    """Return the value of each unit, None where nothing is known, and what a reader must know.

    Raises:
        InputError: the outcomes' source is wrong, or nothing says how to read it.
        SourceUnavailable: it is out of reach.
    """
    if params.metric in SERVICE:
        return [_of_service(unit.data or {}, params) for unit in units], ()
    if params.outcomes is None:
        fix = "give a monitor of the deployment outcomes"
        raise InputError("no monitor of the deployment says where outcomes arrive", "outcomes", fix)
    if reading is None or reading.identifier is None or reading.target is None:
        what = "the model's data names no row by an identifier, so no outcome can be joined"
        raise InputError(what, "live", "name the dataset's column that does by `identifier`")
    rows = [_rows(unit.data or {}) for unit in units]
    told = [name for one in rows for name, _ in one]
    names = iter(reading.texts(reading.identifier, told) if told else [])
    named = [[(next(names), answer) for _, answer in one] for one in rows]
    asked = {name for one in named for name, _ in one if name is not None}
    known = read_outcomes(params.outcomes, reading, asked) if told else Known()
    judge = _judge(params, reading)
    pairs = [[(answer, known.by_name[name]) for name, answer in one if name in known.by_name] for one in named]
    return [_mean([judge(*pair) for pair in one]) for one in pairs], known.notes


def _of_service(data: Mapping[str, Any], params: ABTestParams) -> float | None:
    status = data.get("status", 200)
    if not isinstance(status, int) or 400 <= status < 500:
        return None
    if params.metric == "error_rate":
        return float(status < 500)
    seconds = seconds_of(data)
    return float(seconds <= (params.slower_than or 0.0)) if is_answered(data) and isfinite(seconds) else None


def _rows(data: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Return the identifiers of a request's rows with what was answered; none where it wasn't answered."""
    return list(zip(data.get("rows") or [], data.get("prediction") or [], strict=False)) if is_answered(data) else []


def _judge(params: ABTestParams, reading: Reading) -> Callable[[Any, Any], float]:
    """Return what tells the value of an answer and its outcome."""
    target = str(reading.target)
    if params.metric == "error":
        return lambda answer, outcome: 1.0 - min(1.0, _distance(answer, outcome) / (params.scale or 1.0))
    spelled: dict[Any, Any] = {}

    def read(value: Any) -> Any:
        """Return a class as outcomes are read."""
        if (kind := (type(value), value)) not in spelled:
            spelled[kind] = reading.classes(target, [value]).listed[0]
        return spelled[kind]

    if params.metric == "outcome":
        success = read(params.success)
        if success is None:
            what = f"{params.success} is no value of {target}"
            raise InputError(what, "success", "name one as the dataset spells it")
        return lambda _, outcome: float(outcome == success)
    return lambda answer, outcome: float(read(answer) == outcome)


def _distance(answer: Any, outcome: Any) -> float:
    try:
        distance = abs(float(answer) - float(outcome))
    except (TypeError, ValueError):
        return float("inf")
    return distance if isfinite(distance) else float("inf")


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
