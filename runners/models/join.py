"""One signature of several models: what a graph takes and answers. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runners.contract.mistakes import shown
from runners.models.errors import ModelRefused
from runners.models.signature import Column, Reading, Signature, Tensor

FORMAT = "graph"
"""The platform that a graph of models tells."""
_WHERE = "graph"
_NUMBERS = frozenset({"FP32", "FP64", "INT64", "BOOL"})
Named = Sequence[tuple[str, Column]]
"""Columns, each with the name of the step that takes it."""


def columns_of(name: str, signature: Signature, without: Mapping[str, str] | None = None) -> Named:
    """Return the columns that a step takes from the request."""
    return [(name, column) for column in signature.inputs if column.name not in (without or {})]


def joined(answering: Signature, wanted: Sequence[Named], signatures: Sequence[Signature]) -> Signature:
    """Return the signature of a graph that answers as one does, and takes the columns of all its steps.

    Raises:
        ModelRefused: two steps take a column of one name as something else.
    """
    columns = _united([one for named in wanted for one in named])
    identifiers = {one.identifier for one in signatures} - {column.name for column in columns}
    known = [one.schema for one in signatures if one.schema]
    readings = {name: told for schema in reversed(known) for name, told in schema.columns.items()}
    return replace(
        answering,
        file="",
        format=FORMAT,
        digest="",
        files={},
        inputs=columns,
        tensors=tuple(Tensor(column.name, column.datatype, (column.name,)) for column in columns),
        identifier=identifiers.pop() if len(identifiers) == 1 else None,
        image=_image(signatures),
        schema=replace(known[0], columns=readings) if known else None,
    )


def _united(named: Named) -> tuple[Column, ...]:
    found: dict[str, tuple[str, Column]] = {}
    for step, column in named:
        former = found.get(column.name)
        found[column.name] = (step, column if former is None else _wider(former, (step, column)))
    return tuple(column for _, column in found.values())


def _wider(one: tuple[str, Column], other: tuple[str, Column]) -> Column:
    (first, column), (second, again) = one, other
    if column == again:
        return column
    kinds = {column.datatype, again.datatype}
    if column.shape != again.shape or not kinds <= _NUMBERS:
        what = f"{first} takes {shown(column.name)} as {column.datatype} {list(column.shape)}"
        what += f", and {second} as {again.datatype} {list(again.shape)}"
        raise ModelRefused(what, _WHERE, "combine models that read a column in one way")
    return replace(column, datatype="INT64" if kinds == {"INT64", "BOOL"} else "FP64")


def _image(signatures: Sequence[Signature]) -> Mapping[str, object] | None:
    told = [one.image for one in signatures if one.image]
    if any(one != told[0] for one in told):
        raise ModelRefused("its models prepare pictures in several ways", _WHERE, "combine models of one preparation")
    return told[0] if told else None


def mixed(
    node: str, named: Sequence[tuple[str, Signature]], weights: Sequence[float] | None, *, is_vote: bool
) -> Signature:
    """Return how a node answers whose steps answer the same thing: what is calibrated for one of them is left out.

    Args:
        node: its name.
        named: the signatures of its steps.
        weights: how much each counts in an ensemble; None where each row is answered by one.
        is_vote: whether they vote.

    Raises:
        ModelRefused: they answer something else.
    """
    (name, first), *others = named
    for other, signature in others:
        _check_same(node, (name, first), (other, signature))
    signatures = [signature for _, signature in named]
    silent = [name for name, one in named if one.classes and one.reading == "label"]
    if silent and weights and not is_vote:
        what = f"{silent[0]} of the node {node} answers no probabilities, so they have no mean"
        raise ModelRefused(what, _WHERE, "say combine: vote")
    is_silent = bool(silent) and weights is None
    told = replace(first, reading=_reading(first, is_silent=is_silent), coverage=None, raw="")
    return replace(
        told, outputs=_outputs(first, is_silent=is_silent), thresholds=_thresholds(signatures, weights, is_vote)
    )


def _check_same(node: str, one: tuple[str, Signature], other: tuple[str, Signature]) -> None:
    (name, first), (second, signature) = one, other
    if signature.task != first.task:
        what = f"{name} of the node {node} is of the task {first.task}, and {second} of {signature.task}"
        raise ModelRefused(what, _WHERE, "combine models of one task")
    if set(map(repr, signature.classes)) != set(map(repr, first.classes)):
        told = [", ".join(map(str, one.classes[:20])) for one in (first, signature)]
        what = f"the classes of {name} in the node {node} are {told[0]}, and those of {second} are {told[1]}"
        raise ModelRefused(what, _WHERE, "combine models of the same classes")


def _reading(first: Signature, *, is_silent: bool) -> Reading:
    if not first.classes:
        return "value"
    return "label" if is_silent else "probabilities"


def _outputs(first: Signature, *, is_silent: bool) -> tuple[Column, ...]:
    prediction = next(column for column in first.outputs if column.name == "prediction")
    if not first.classes or is_silent:
        return (prediction,)
    if first.positive is not None:
        return (prediction, Column("predicted_probability", "FP64", (-1,)))
    return (prediction, Column("probabilities", "FP64", (-1, len(first.classes))))


def _thresholds(signatures: Sequence[Signature], weights: Sequence[float] | None, is_vote: bool) -> tuple[float, ...]:
    first = signatures[0]
    if not first.thresholds:
        return ()
    if is_vote:
        return (0.5,) * len(first.classes)
    orders = [[list(map(repr, one.classes)).index(repr(label)) for label in first.classes] for one in signatures]
    rows = [[one.thresholds[place] for place in order] for one, order in zip(signatures, orders, strict=True)]
    if weights is None:
        if any(row != rows[0] for row in rows):
            raise ModelRefused("the labels' thresholds of its models differ", _WHERE, "train them with the same")
        return tuple(rows[0])
    return tuple(sum(w * row[place] for w, row in zip(weights, rows, strict=True)) for place in range(len(rows[0])))
