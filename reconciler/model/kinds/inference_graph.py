"""A graph of models behind one endpoint: routers and their steps, by the words of KServe's InferenceGraph."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.ids import Address, name_of
from reconciler.model.kinds.spec import DNS_LABEL, Block, reference
from runners.contract.forms import OUTPUT

ROOT = "root"
"""The node that answers."""
Value = str | bool | int | float


class Step(Block):
    """One step of a node: a deployment's model, or another node."""

    deployment: reference("deployments") | None = Field(  # type: ignore[valid-type]
        default=None,
        examples=["deployments/example"],
        json_schema_extra={"x-reference": "deployments"},
        description="The deployment whose pinned model is asked.",
    )
    node: str | None = Field(default=None, pattern=DNS_LABEL, description="Another node of the graph, which is asked.")
    inputs: dict[str, Annotated[str, Field(pattern=OUTPUT)]] = Field(
        default={},
        max_length=100,
        examples=[{"risk": "employment.predicted_probability"}],
        description="In a sequence, columns that it takes from what a step before it answers, `<step>.<output>`; the "
        "others are the request's.",
    )
    weight: float = Field(default=1.0, gt=0, le=1e6, description="In an ensemble, how much it counts.")
    values: tuple[Value, ...] = Field(
        default=(),
        max_length=1000,
        description="In a switch, the values of the column whose rows it answers; unset in the last step, all others.",
    )

    @property
    def name(self) -> str:
        """Return what it is called in the graph: its node's name, or its deployment's."""
        return self.node or name_of(Address(self.deployment or ""))

    @model_validator(mode="after")
    def _asks_one(self) -> Self:
        if (self.deployment is None) == (self.node is None):
            raise ValueError("a step has either `deployment` or `node`")
        return self


class Node(Block):
    """A router: how the answers of its steps become one."""

    name: str = Field(default=ROOT, pattern=DNS_LABEL, description="Its name; the one called `root` answers.")
    router: Literal["sequence", "ensemble", "switch"] = Field(
        description="`sequence`: one step after the other, and the last one answers; `ensemble`: all of them, and "
        "their answers are combined; `switch`: each row by one of them."
    )
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20, description="Whom it asks, in this order.")
    combine: Literal["mean", "vote"] = Field(
        default="mean",
        description="In an ensemble, the mean of probabilities or numbers, or the votes for each class; by weight.",
    )
    column: str | None = Field(
        default=None, min_length=1, max_length=200, description="In a switch, the column by whose value a row goes."
    )

    @model_validator(mode="after")
    def _fits_its_router(self) -> Self:
        names = [step.name for step in self.steps]
        if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
            raise ValueError(f"two steps of the node {self.name} are called {twice}: name each once")
        for told, router, what in self._told():
            if told and self.router != router:
                raise ValueError(f"{what} is a word of {router}, and the node {self.name} is of {self.router}")
        if self.router == "switch":
            self._switches()
        for place, step in enumerate(self.steps):
            before = names[:place]
            for column, source in step.inputs.items():
                if source.partition(".")[0] not in before:
                    known = f"one of {', '.join(before)}" if before else "none: it is the first"
                    raise ValueError(f"{step.name} takes {column} from {source}, and the steps before it are {known}")
        return self

    def _told(self) -> Iterator[tuple[bool, str, str]]:
        yield any(step.inputs for step in self.steps), "sequence", "`inputs`"
        yield any("weight" in step.model_fields_set for step in self.steps), "ensemble", "`weight`"
        yield "combine" in self.model_fields_set, "ensemble", "`combine`"
        yield self.column is not None, "switch", "`column`"
        yield any(step.values for step in self.steps), "switch", "`values`"

    def _switches(self) -> None:
        if self.column is None:
            raise ValueError(f"the node {self.name} is a switch: say by the value of which `column`")
        if any(not step.values for step in self.steps[:-1]):
            raise ValueError(f"in the switch {self.name} each step but the last says its `values`")
        told = [(type(value) is bool, value) for step in self.steps for value in step.values]
        if len({isinstance(value, str) for _, value in told}) > 1 or len({is_truth for is_truth, _ in told}) > 1:
            raise ValueError(f"the `values` of the switch {self.name} are of several types: all texts, or all numbers")
        if len(set(told)) < len(told):
            raise ValueError(f"a value stands twice in the switch {self.name}")

    def as_told(self) -> dict[str, Any]:
        """Return it as a replica is told of it, where models have names."""
        return {**self.model_dump(mode="json", exclude={"steps"}), "steps": [_told(step) for step in self.steps]}


def _told(step: Step) -> dict[str, Any]:
    kept = step.model_dump(mode="json", exclude={"deployment", "node"})
    return {**kept, "node" if step.node else "model": step.name}


def check_graph(nodes: tuple[Node, ...]) -> None:
    """Hold the nodes of a graph against each other.

    Raises:
        ValueError: they are no graph with one root, each node of which is asked, and none by itself.
    """
    known = {node.name: node for node in nodes}
    if len(known) < len(nodes):
        raise ValueError("two nodes of the graph have the same name")
    if nodes and ROOT not in known:
        raise ValueError("no node of the graph is called root: that one answers")
    models = {step.name for node in nodes for step in node.steps if step.deployment}
    if both := sorted(models & known.keys()):
        raise ValueError(f"{both[0]} is a node and a deployment of the graph: give the node another name")
    reached: set[str] = set()
    _walk(ROOT, known, (), reached)
    if left := sorted(known.keys() - reached):
        raise ValueError(f"no step asks the node {left[0]}")


def _walk(name: str, known: Mapping[str, Node], trail: tuple[str, ...], reached: set[str]) -> None:
    if name not in known:
        if trail:
            raise ValueError(f"the node {trail[-1]} asks {name}, and there is no such node")
        return
    if name in trail:
        raise ValueError(f"the nodes go round in a circle: {' → '.join((*trail, name))}")
    if name in reached:
        return
    reached.add(name)
    for step in known[name].steps:
        if step.node:
            _walk(step.node, known, (*trail, name), reached)


def members_of(nodes: Iterable[Node]) -> tuple[Address, ...]:
    """Return the deployments whose models a graph asks, each once, in order."""
    found = (step.deployment for node in nodes for step in node.steps if step.deployment)
    return tuple(dict.fromkeys(map(Address, found)))
