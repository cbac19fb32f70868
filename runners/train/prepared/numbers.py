"""Numbers: filled, bounded, on a logarithm's scale, scaled. All in doubles, so that nothing is lost on the way."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from onnx import TensorProto

from runners.contract.preparations import Clip, Impute, Step
from runners.train.narrowing import Narrowing, narrowing_of
from runners.train.onnx_narrowing import narrow
from runners.train.prepared.columns import Array, Given, Number, Ready
from runners.train.prepared.graph import Graph

_QUARTERS = (0.25, 0.5, 0.75)


def number_of(given: Given) -> Number:
    """Return a column of numbers or truths as doubles."""
    return Number(given.name, given.graph.add("Cast", given.tensor, to=TensorProto.DOUBLE))


def follow(graph: Graph, number: Number, step: Step) -> tuple[Number, tuple[Ready, ...]]:
    """Make one preparation of a number; return it, and the columns that it gives beside it."""
    if step.impute:
        return _imputed(graph, number, step.impute)
    if step.clip:
        return replace(number, tensor=_clipped(graph, number, step.clip)), ()
    if step.scale:
        middle, spread = _spread(present(graph, number), step.scale)
        moved = graph.add("Sub", number.tensor, np.float64(middle))
        return replace(number, tensor=graph.add("Div", moved, np.float64(spread)), is_scaled=True), ()
    size = graph.add("Log", graph.add("Add", graph.add("Abs", number.tensor), np.float64(1)))
    return replace(number, tensor=graph.add("Mul", size, graph.add("Sign", number.tensor))), ()


def present(graph: Graph, number: Number) -> Array:
    """Return the values that the training rows have; of a number that none has, a zero."""
    values = graph.values(number.tensor)[:, 0]
    values = values[np.isfinite(values)]
    return values if values.size else np.zeros(1)


def _imputed(graph: Graph, number: Number, how: Impute) -> tuple[Number, tuple[Ready, ...]]:
    values = present(graph, number)
    value = how.value if how.value is not None else _FILLS[how.by](values)
    gaps = graph.add("IsNaN", number.tensor)
    filled = replace(number, tensor=graph.add("Where", gaps, np.float64(value), number.tensor))
    if not how.indicator:
        return filled, ()
    return filled, (Ready((f"{number.name} is missing",), graph.add("Cast", gaps, to=TensorProto.FLOAT)),)


def _frequent(values: Array) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])


_FILLS: Mapping[str, Any] = MappingProxyType(
    {"median": lambda values: float(np.median(values)), "mean": lambda values: float(np.mean(values)),
     "most_frequent": _frequent}
)  # fmt: skip


def _clipped(graph: Graph, number: Number, how: Clip) -> str:
    """Bound a number; `Clip` would let a missing one through as a bound on some machines, `Where` never does."""
    values, tensor = present(graph, number), number.tensor
    low = how.minimum if how.lower is None else float(np.quantile(values, how.lower))
    high = how.maximum if how.upper is None else float(np.quantile(values, how.upper))
    if low is not None:
        tensor = graph.add("Where", graph.add("Less", tensor, np.float64(low)), np.float64(low), tensor)
    if high is not None:
        tensor = graph.add("Where", graph.add("Greater", tensor, np.float64(high)), np.float64(high), tensor)
    return tensor


def _spread(values: Array, how: str) -> tuple[float, float]:
    """Return the middle and the spread; a column that doesn't spread keeps its scale."""
    if how == "standard":
        middle, spread = float(np.mean(values)), float(np.std(values))
    else:
        first, middle, last = map(float, np.quantile(values, _QUARTERS))
        spread = last - first
    return middle, spread if np.isfinite(spread) and spread > 0 else 1.0


def finished(graph: Graph, number: Number, *, scaled: bool) -> Ready:
    """Bring a number to 32 bits; fill what is still missing, and scale it where the family asks for that.

    As the usual recipe does it (`runners/train/preparation.py`).
    """
    values = graph.values(number.tensor)[:, 0]
    values = np.where(np.isfinite(values), values, np.nan)
    return _finished(graph, number.name, (number.tensor, "FP64"), values, scaled=scaled and not number.is_scaled)


def unchanged(given: Given, *, scaled: bool) -> Ready:
    """Bring a column that has no preparations there. Whole numbers are narrowed as whole numbers."""
    datatype = "INT64" if given.datatype == "BOOL" else given.datatype
    return _finished(given.graph, given.name, (given.tensor, datatype), given.values, scaled=scaled)


def _finished(graph: Graph, name: str, source: tuple[str, str], values: Array, *, scaled: bool) -> Ready:
    tensor = _narrowed(graph, *source, narrowing_of(values))
    floats = (graph.values(tensor) if tensor != source[0] else graph.rows[tensor])[:, 0]
    known = floats[np.isfinite(floats)].astype(np.float64)
    tensor = graph.add("Where", graph.add("IsNaN", tensor), np.float32(np.median(known) if known.size else 0), tensor)
    if scaled:
        mean, spread = _spread(graph.values(tensor)[:, 0].astype(np.float64), "standard")
        tensor = graph.add("Div", graph.add("Sub", tensor, np.float32(mean)), np.float32(spread))
    return Ready((name,), tensor)


def _narrowed(graph: Graph, tensor: str, datatype: str, narrowing: Narrowing) -> str:
    line = [tensor]

    def add(operator: str, *constants: Any, **attributes: Any) -> None:
        line.append(graph.add(operator, line[-1], *constants, **attributes))

    narrow(add, datatype, narrowing)
    return line[-1]
