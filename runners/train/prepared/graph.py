"""A graph of ONNX that grows node by node, and is run as far as it has come on the training rows.

What a step has to know of the data it finds out from what the graph itself answers, so that nothing is computed twice
in two ways.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from runners.models import Tensor
from runners.models.onnx_engine import ERRORS_ONLY
from runners.train.onnx_narrowing import TYPES

Array = NDArray[Any]
CONTRIB = "com.microsoft"
"""The operators of onnxruntime's own that are used: Tokenizer and MurmurHash3."""
LEARNING = "ai.onnx.ml"
PREFIX = "prepare"
"""How the names begin that nodes and constants have here: no column's tensor contains a point."""
IR_VERSION = 8


@dataclass
class Graph:
    """Nodes over raw tensors, and the training rows of these by name."""

    tensors: tuple[Tensor, ...]
    rows: Mapping[str, Array]
    opsets: Mapping[str, int]
    threads: int = 1
    widths: Mapping[str, int] = field(default_factory=dict)
    """Numbers a row has of a tensor that has more than one."""
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to number the nodes."""
        self._count = 0

    def add(self, operator: str, *inputs: Any, domain: str = "", **attributes: Any) -> str:
        """Add a node; return the name of what it gives. Inputs are names, or constants."""
        step = f"{PREFIX}.{self._count}"
        self._count += 1
        names = [self._named(given, f"{step}.{place}") for place, given in enumerate(inputs)]
        self.nodes.append(helper.make_node(operator, names, [step], name=step, domain=domain, **attributes))
        return step

    def _named(self, given: Any, name: str) -> str:
        if isinstance(given, str):
            return given
        self.constants.append(numpy_helper.from_array(np.asarray(given), name))
        return name

    def values(self, name: str, rows: Mapping[str, Array] | None = None) -> Array:
        """Return what the graph gives under a name, for the training rows or for others."""
        rows = self.rows if rows is None else rows
        nodes = self._leading_to(name)
        asked = {given for node in nodes for given in node.input}
        tensors = [tensor for tensor in self.tensors if tensor.name in asked]
        model = self.model(nodes, tensors, [helper.make_empty_tensor_value_info(name)])
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ERRORS_ONLY
        options.intra_op_num_threads = self.threads
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        answer: Array = session.run([name], {tensor.name: rows[tensor.name] for tensor in tensors})[0]
        return answer

    def forget(self, name: str) -> None:
        """Take the last node away, that of this name, with its constants: it was asked what it was needed for."""
        node = self.nodes.pop()
        assert node.output[0] == name
        self.constants[:] = [constant for constant in self.constants if constant.name not in node.input]

    def model(self, nodes: Iterable[NodeProto], tensors: Iterable[Tensor], outputs: Iterable[Any]) -> Any:
        """Return nodes as a model of their own."""
        nodes = list(nodes)
        asked = {given for node in nodes for given in node.input}
        inputs = [self.declared(one, one.name) for one in tensors]
        constants = [constant for constant in self.constants if constant.name in asked]
        graph = helper.make_graph(nodes, "prepared", inputs, list(outputs), constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in self.opsets.items()]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def declared(self, tensor: Tensor, name: str) -> Any:
        """Return a tensor as an input of a graph, by a name."""
        return helper.make_tensor_value_info(name, TYPES[tensor.datatype], [None, self.widths.get(tensor.name, 1)])

    def _leading_to(self, name: str) -> list[NodeProto]:
        wanted, found = {name}, []
        for node in reversed(self.nodes):
            if wanted & set(node.output):
                wanted |= set(node.input)
                found.append(node)
        return found[::-1]


def put_ahead(graph: GraphProto, made: Graph, output: str, tensors: Sequence[Tensor]) -> None:
    """Let a graph of one input take raw tensors, which other nodes bring to what that input was.

    Args:
        graph: what is changed.
        made: the nodes that bring the tensors there.
        output: what they call it.
        tensors: what the raw tensors are called from now on.
    """
    renamed = {before.name: after.name for before, after in zip(made.tensors, tensors, strict=True)}
    for node in made.nodes:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    (former,) = (given.name for given in graph.input)
    for node in graph.node:
        node.input[:] = [output if name == former else name for name in node.input]
    kept = list(graph.node)
    del graph.node[:], graph.input[:]
    graph.node.extend([*made.nodes, *kept])
    graph.initializer.extend(made.constants)
    graph.input.extend(made.declared(before, after.name) for before, after in zip(made.tensors, tensors, strict=True))
