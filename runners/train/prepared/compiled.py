"""All columns of a trial, brought to one matrix, and the graph that brings any others there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.contract.preparations import Encode, Step
from runners.models import Column, Tensor
from runners.models.columns import tensor_of
from runners.train.examples import Array, Examples, Parts
from runners.train.families import Encoding
from runners.train.prepared.categories import FOLDS, encoded
from runners.train.prepared.columns import Given, Number, Ready
from runners.train.prepared.graph import CONTRIB, Graph, put_ahead
from runners.train.prepared.moments import parts_of
from runners.train.prepared.numbers import finished, follow, number_of, unchanged
from runners.train.prepared.pictures import prepared_picture
from runners.train.prepared.texts import counted
from runners.train.split import draws
from runners.train.trial import Trial

MATRIX = "prepared"
"""What the one feature is called that an estimator learns from."""
MOST_COLUMNS = 8192
"""Columns of the matrix."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The matrices to learn from, to rank on and to test on; and the graph that gives them."""

    parts: Parts
    graph: Graph
    output: str
    notes: tuple[str, ...]

    def put_ahead(self, model: Any, tensors: tuple[Tensor, ...]) -> None:
        """Let a model that takes the matrix take the raw columns, by tensors of these names."""
        put_ahead(model.graph, self.graph, self.output, tensors)
        known = {used.domain: used for used in model.opset_import}
        for domain in sorted({node.domain for node in self.graph.nodes} - {""}):
            declared = known.get(domain) or model.opset_import.add(domain=domain)
            declared.version = self.graph.opsets[domain]  # skl2onnx lowers it where it used old operators alone


def prepare(trial: Trial, parts: Parts, encoding: Encoding, opsets: Mapping[str, int]) -> Prepared:
    """Compile the preparations of a trial; a column that has none is prepared as ever.

    Args:
        trial: names the preparations.
        parts: its rows.
        encoding: how the family of models takes columns.
        opsets: the versions of ONNX's operators.

    Raises:
        InputError: a preparation doesn't fit its column.
    """
    features = parts.train.features
    tensors = tuple(
        Tensor(f"raw.{place}", datatype_in(parts.train, one), (one.name,)) for place, one in enumerate(features)
    )
    widths = {tensor.name: one.width for tensor, one in zip(tensors, features, strict=True)}
    graph = Graph(tensors, tensors_of(parts.train, tensors), {**opsets, CONTRIB: 1}, trial.threads, widths)
    if parts.train.image:
        ready = [_picture(trial, parts.train, graph)]
    else:
        ready = [one for given in _given(trial, parts.train, graph) for one in _made(trial, given, encoding)]
    if not ready:
        raise InputError("all columns are dropped", "preparations", "keep one to learn from")
    names = [name for one in ready for name in one.names]
    if len(names) > MOST_COLUMNS:
        fix = "ask for fewer terms, buckets or categories"
        raise InputError(f"{len(names):,} columns are made, and {MOST_COLUMNS:,} are the most", "preparations", fix)
    output = graph.add("Concat", *(one.tensor for one in ready), axis=1)
    train = _matrix(graph.values(output), ready)
    others = [graph.values(output, tensors_of(one, tensors)) for one in (parts.validation, parts.test)]
    made = (_learned(one, values) for one, values in zip(
        (parts.train, parts.validation, parts.test), (train, *others), strict=True))  # fmt: skip
    return Prepared(Parts(*made), graph, output, tuple(_notes(trial, ready)))


def datatype_in(examples: Examples, feature: Column) -> str:
    """Return the type of a feature's tensor: a truth is 0 or 1, and a moment its microseconds from 1970."""
    is_moment = examples.columns[feature.name].dtype.kind == "M"
    return "INT64" if is_moment or feature.datatype == "BOOL" else feature.datatype


def tensors_of(examples: Examples, tensors: tuple[Tensor, ...]) -> dict[str, Array]:
    """Return columns as the graph takes them, brought there as a server does it."""
    pairs = zip(tensors, examples.features, strict=True)
    return {
        one.name: np.ascontiguousarray(examples.columns[feature.name], np.float32)
        if examples.image
        else tensor_of(feature, one.datatype, examples.columns[feature.name])
        for one, feature in pairs
    }


def _given(trial: Trial, train: Examples, graph: Graph) -> Iterator[Given]:
    folds = (draws(train, trial.seed) % np.uint64(FOLDS)).astype(np.int64)
    for tensor, feature in zip(graph.tensors, train.features, strict=True):
        is_moment = train.columns[feature.name].dtype.kind == "M"
        told = (feature.name, tensor.name, feature.datatype, is_moment, graph)
        yield Given(*told, train.codes, len(train.classes), folds)


def _picture(trial: Trial, train: Examples, graph: Graph) -> Ready:
    """Return the numbers of an album's one feature.

    Raises:
        InputError: what is asked for isn't done to pictures.
    """
    (tensor,), (feature,), image = graph.tensors, train.features, train.image
    steps = (trial.told.preparations or {}).get(feature.name, ())
    if image is None or len(trial.told.preparations or {}) != 1 or len(steps) != 1 or steps[0].picture is None:
        what = f"an album has one column to prepare, {feature.name}, by picture alone"
        raise InputError(what, "preparations", f"say preparations: {{{feature.name}: [{{picture: …}}]}}")
    return prepared_picture(graph, feature.name, tensor.name, image, steps[0].picture)


def _made(trial: Trial, given: Given, encoding: Encoding) -> Iterator[Ready]:
    """Yield the columns of the matrix that a column becomes."""
    steps = (trial.told.preparations or {}).get(given.name, ())
    first, rest = (steps[0], steps[1:]) if steps else (None, ())
    _check(given, first)
    scaled = encoding == "one-hot"
    if first is None:
        usual = Encode(by="one_hot" if scaled else "ordinal")
        yield encoded(given, usual) if given.datatype == "BYTES" else unchanged(given, scaled=scaled)
    elif first.text:
        yield counted(given, first.text)
    elif first.encode:
        yield encoded(given, first.encode)
    else:
        numbers = parts_of(given, first.datetime) if first.datetime else (number_of(given),)
        for number in numbers:
            yield from _followed(given.graph, number, rest if first.datetime else steps, scaled=scaled)


def _followed(graph: Graph, number: Number, steps: tuple[Step, ...], *, scaled: bool) -> Iterator[Ready]:
    for step in steps:
        number, beside = follow(graph, number, step)
        yield from beside
    yield finished(graph, number, scaled=scaled)


def _check(given: Given, first: Step | None) -> None:
    """Refuse a preparation of another type's.

    Raises:
        InputError: it is one.
    """
    held = "moments" if given.is_moment else "texts" if given.datatype == "BYTES" else "numbers"
    name = first.name if first else ""
    fits = {"moments": {"datetime"}, "texts": {"text", "encode"}}.get(
        held, {"", "encode", "impute", "clip", "log", "scale"}
    )
    if name in fits or (held == "texts" and not name):
        return
    fix = f"say {' or '.join(sorted(filter(None, fits)))}, or leave it out"
    raise InputError(
        f"{given.name} holds {held}, which {name or 'nothing'} doesn't prepare", f"preparations.{given.name}", fix
    )


def _matrix(values: Array, ready: list[Ready]) -> Array:
    """Put what training rows have otherwise in its place."""
    place = 0
    for one in ready:
        if one.training is not None:
            values[:, place : place + len(one.names)] = one.training
        place += len(one.names)
    return values


def _learned(examples: Examples, matrix: Array) -> Examples:
    feature = Column(MATRIX, "FP32", (-1, matrix.shape[1]))
    made = {MATRIX: np.ascontiguousarray(matrix)}
    return replace(examples, columns=made, features=(feature,), image=None, is_prepared=True)


def _notes(trial: Trial, ready: list[Ready]) -> Iterator[str]:
    """Say which columns became how many."""
    told: Mapping[str, Any] = trial.told.preparations or {}
    for name, steps in told.items():
        yield f"{name}: prepared by {', '.join(step.name for step in steps)}"
    yield f"the model learns from {sum(len(one.names) for one in ready)} columns that these make, in its own graph"
