"""Narrowing in an ONNX graph: what a server sends becomes the floats that the graph was made for, and back.

The nodes compute what `Narrowing` computes, to the last bit.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from runners.models import Tensor
from runners.train.narrowing import LIMIT, Narrowing

TYPES = {
    "FP32": TensorProto.FLOAT,
    "FP64": TensorProto.DOUBLE,
    "INT64": TensorProto.INT64,
    "BYTES": TensorProto.STRING,
}
PREFIX = "narrow"
"""How the names begin that nodes and constants have here: no column's tensor contains a point."""


class _Nodes:
    """Nodes in a row, each of which takes what the former gives."""

    def __init__(self, graph: GraphProto, value: str, name: str) -> None:
        self.nodes: list[NodeProto] = []
        self.value = value
        self._graph = graph
        self._name = name

    def add(self, operator: str, *constants: Any, **attributes: Any) -> None:
        """Add a node; constants are its further inputs."""
        step = f"{PREFIX}.{self._name}.{len(self.nodes)}"
        names = [f"{step}.{place}" for place in range(len(constants))]
        for name, constant in zip(names, constants, strict=True):
            self._graph.initializer.append(numpy_helper.from_array(np.asarray(constant), name))
        self.nodes.append(helper.make_node(operator, [self.value, *names], [step], name=step, **attributes))
        self.value = step


def bring_in(graph: GraphProto, tensors: Sequence[Tensor], narrowings: Sequence[Narrowing | None]) -> None:
    """Let a graph, whose inputs are floats and texts, take tensors of other names and types in their place.

    Args:
        graph: what is changed.
        tensors: the inputs to be, in the order of the graph's own.
        narrowings: how each becomes floats; None where it is taken as it is.
    """
    shapes = [given.type.tensor_type.shape for given in graph.input]
    former = [given.name for given in graph.input]
    found, ahead = {}, []
    for place, (tensor, narrowing) in enumerate(zip(tensors, narrowings, strict=True)):
        nodes = _Nodes(graph, tensor.name, str(place))
        if narrowing is not None:
            narrow(nodes.add, tensor.datatype, narrowing)
        found[former[place]] = nodes.value
        ahead += nodes.nodes
    for node in graph.node:
        node.input[:] = [found.get(name, name) for name in node.input]
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend([*ahead, *kept])
    for given, tensor, shape in zip(graph.input, tensors, shapes, strict=True):
        given.name = tensor.name
        given.type.tensor_type.elem_type = TYPES[tensor.datatype]
        given.type.tensor_type.shape.CopyFrom(shape)


def narrow(add: Callable[..., None], datatype: str, narrowing: Narrowing) -> None:
    """Add the nodes that bring numbers of a datatype to floats.

    Args:
        add: adds a node after the former one, by its operator, further constants, and attributes.
        datatype: the type that comes in.
        narrowing: how values become narrow.
    """
    if datatype == "FP32" and narrowing.is_idle:
        return
    if datatype == "INT64" and narrowing.offset:
        add("Clip", *(np.int64(bound) for bound in narrowing.bounds))
        add("Sub", np.int64(narrowing.offset))
    if datatype != "FP64":
        add("Cast", to=TensorProto.DOUBLE)
    if datatype != "INT64" and narrowing.offset:
        add("Sub", np.float64(narrowing.offset))
    if narrowing.scale != 1:
        add("Mul", np.float64(narrowing.scale))
    if datatype == "FP64" or narrowing.scale != 1:
        add("Clip", np.float64(-LIMIT), np.float64(LIMIT))
    add("Cast", to=TensorProto.FLOAT)


def bring_out(graph: GraphProto, output: str, narrowing: Narrowing) -> None:
    """Let a graph's output, floats that were learned moved and scaled, give the doubles that they stand for."""
    inner = f"{PREFIX}.{output}"
    for node in graph.node:
        node.output[:] = [inner if name == output else name for name in node.output]
    nodes = _Nodes(graph, inner, "out")
    nodes.add("Cast", to=TensorProto.DOUBLE)
    nodes.add("Div", np.float64(narrowing.scale))
    nodes.add("Add", np.float64(narrowing.offset))
    nodes.nodes[-1].output[0] = output
    graph.node.extend(nodes.nodes)
    (given,) = (given for given in graph.output if given.name == output)
    given.type.tensor_type.elem_type = TensorProto.DOUBLE
