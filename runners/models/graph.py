"""Several models as one: the nodes of a graph, by the words of KServe's InferenceGraph, are a model like any other.

A node's signature takes each column that one of its steps takes and no step before it answers, and a router is its
engine. So whatever serves, batches, checks and describes a model does the same with a graph.

    join      one signature of several
    routers   what asks the models and combines what they answer
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Self

from runners.contract.mistakes import shown
from runners.models.errors import ModelRefused
from runners.models.join import columns_of, joined, mixed
from runners.models.model import Model
from runners.models.routers import EnsembleRouter, SequenceRouter, SwitchRouter
from runners.models.signature import Column, Signature

ROOT = "root"
WHERE = "graph"
Value = str | bool | int | float
_TEXT, _WHOLE, _FRACTION = "a text", "a whole number", "a number with a fraction"
_ANY = frozenset({_WHOLE, _FRACTION})
_TAKEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {"BYTES": frozenset({_TEXT}), "FP32": _ANY, "FP64": _ANY, "INT64": _ANY - {_FRACTION}, "BOOL": _ANY - {_FRACTION}}
)
"""What a column of each datatype takes of what another model answers."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a model or another node, by name."""

    name: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A router and its steps."""

    name: str
    router: Literal["sequence", "ensemble", "switch"]
    steps: tuple[Step, ...]
    combine: Literal["mean", "vote"] = "mean"
    column: str | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Read a node as the daemon tells of it."""
        steps = tuple(
            Step(str(one.get("node") or one["model"]), one["inputs"], float(one["weight"]), tuple(one["values"]))
            for one in told["steps"]
        )
        return cls(str(told["name"]), told["router"], steps, told.get("combine", "mean"), told.get("column"))


def combined(nodes: Sequence[Node], models: Mapping[str, Model]) -> Model:
    """Return the models of a graph as one.

    Raises:
        ModelRefused: they don't fit together as the graph has them.
    """
    return _made(ROOT, {node.name: node for node in nodes}, models)


def _made(name: str, nodes: Mapping[str, Node], models: Mapping[str, Model]) -> Model:
    if name in models:
        return models[name]
    if name not in nodes:
        raise ModelRefused(f"the graph asks {name}, which is no node and no model of it", WHERE, "correct the graph")
    node = nodes[name]
    steps = [(step, _made(step.name, nodes, models)) for step in node.steps]
    return _MAKERS[node.router](node, steps)


Steps = Sequence[tuple[Step, Model]]


def _sequence(_: Node, steps: Steps) -> Model:
    parts: list[tuple[str, Signature]] = []
    for step, model in steps:
        _check_inputs(step, model.signature, dict(parts))
        parts.append((step.name, model.signature))
    wanted = [columns_of(name, told, without=step.inputs) for (step, _), (name, told) in zip(steps, parts, strict=True)]
    engine = SequenceRouter([(step.name, model, step.inputs) for step, model in steps])
    return Model(joined(steps[-1][1].signature, wanted, [told for _, told in parts]), engine)


def _check_inputs(step: Step, signature: Signature, before: Mapping[str, Signature]) -> None:
    """See that a step can take what others answer.

    Raises:
        ModelRefused: it takes no such column, or none of that type, or they answer no such thing.
    """
    known = {column.name: column for column in signature.inputs}
    for name, source in step.inputs.items():
        if name not in known:
            taken = ", ".join(list(known)[:20])
            raise ModelRefused(f"{step.name} takes no column {shown(name)}", WHERE, f"it takes {taken}")
        giver, _, output = source.partition(".")
        kind = _kind_of(before[giver], output, source)
        datatype = known[name].datatype
        if known[name].width != 1 or kind not in _TAKEN[datatype]:
            what = f"{step.name} takes {name} as {datatype}, and {source} is {kind}"
            raise ModelRefused(what, WHERE, "train it on what the other answers")


def _kind_of(giver: Signature, output: str, source: str) -> str:
    word, _, label = output.partition(".")
    answered = {column.name: column.datatype for column in giver.outputs}
    if word == "probabilities" and answered.keys() & {"probabilities", "predicted_probability"}:
        if label in map(str, giver.classes):
            return _FRACTION
        raise ModelRefused(f"{source} is of no class", WHERE, f"its classes are {', '.join(map(str, giver.classes))}")
    if word not in answered or label:
        raise ModelRefused(f"{source} isn't answered", WHERE, f"it answers {', '.join(answered)}")
    return {"BYTES": _TEXT, "INT64": _WHOLE, "BOOL": _WHOLE}.get(answered[word], _FRACTION)


def _ensemble(node: Node, steps: Steps) -> Model:
    signatures = [model.signature for _, model in steps]
    total = sum(step.weight for step, _ in steps)
    weights = [step.weight / total for step, _ in steps]
    is_vote = node.combine == "vote"
    if is_vote and signatures[0].task == "regression":
        raise ModelRefused(f"the node {node.name} votes on numbers", WHERE, "say combine: mean")
    first = mixed(node.name, [(step.name, model.signature) for step, model in steps], weights, is_vote=is_vote)
    wanted = [columns_of(step.name, model.signature) for step, model in steps]
    models = [(step.name, model) for step, model in steps]
    return Model(joined(first, wanted, signatures), EnsembleRouter(models, weights, first, is_vote=is_vote))


def _switch(node: Node, steps: Steps) -> Model:
    signatures = [model.signature for _, model in steps]
    first = mixed(node.name, [(step.name, model.signature) for step, model in steps], None, is_vote=False)
    wanted = [columns_of(step.name, model.signature) for step, model in steps]
    known = {column.name for columns in wanted for _, column in columns}
    column, values = str(node.column), [value for step, _ in steps for value in step.values]
    own = [] if column in known else [(node.name, Column(column, _datatype(values)))]
    signature = joined(first, [*wanted, own], signatures)
    datatype = next(one.datatype for one in signature.inputs if one.name == column)
    if datatype == "BYTES" and not all(isinstance(value, str) for value in values):
        raise ModelRefused(f"the column {column} of the switch {node.name} is text", WHERE, 'say its values so: "1"')
    if datatype != "BYTES" and any(isinstance(value, str) for value in values):
        raise ModelRefused(f"the column {column} of the switch {node.name} is a number", WHERE, "say its values so: 1")
    return Model(signature, SwitchRouter([(s.name, model, s.values) for s, model in steps], column, first))


def _datatype(values: Sequence[Value]) -> str:
    return "BYTES" if all(isinstance(value, str) for value in values) else "FP64"


_MAKERS = {"sequence": _sequence, "ensemble": _ensemble, "switch": _switch}
