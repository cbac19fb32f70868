"""ONNX models, run by onnxruntime on the CPU."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from runners.models.errors import ModelInputError, ModelRefused

Array = NDArray[Any]
ERRORS_ONLY = 3
DTYPES: Mapping[str, Any] = MappingProxyType(
    {
        "tensor(float)": np.float32,
        "tensor(double)": np.float64,
        "tensor(float16)": np.float16,
        "tensor(int64)": np.int64,
        "tensor(int32)": np.int32,
        "tensor(bool)": np.bool_,
        "tensor(string)": np.object_,
    }
)
"""NumPy's types by onnxruntime's names; other inputs aren't understood."""

BROKEN = (
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoSuchFile,
    failures.NotImplemented,
    failures.RuntimeException,
)
"""What onnxruntime raises about a model, or about what a model is asked."""


class OnnxEngine:
    """An inference session over a model's bytes."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._inputs = {given.name: given for given in session.get_inputs()}
        self._tails = {name: (given.type, _shape(given.shape[1:])) for name, given in self._inputs.items()}

    @property
    def inputs(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Return the type and shape of every input by name; -1 stands for any size."""
        return {name: (given.type, _shape(given.shape)) for name, given in self._inputs.items()}

    @property
    def outputs(self) -> dict[str, str]:
        """Return the type of every output by name."""
        return {given.name: given.type for given in self._session.get_outputs()}

    def run(self, tensors: Mapping[str, Array], output: str) -> Any:
        """Return the raw output of this name.

        Raises:
            ModelInputError: the model fails on this input.
        """
        given = {name: self._brought(name, array) for name, array in tensors.items()}
        try:
            return self._session.run([output], given)[0]
        except BROKEN as error:
            raise ModelInputError(f"the model fails on this input: {_first_line(error)}") from error

    def _brought(self, name: str, array: Array) -> Array:
        """Bring a tensor to the type and rank that the graph declares."""
        type_, tail = self._tails[name]
        if len(tail) + 1 != array.ndim and tail.count(-1) <= 1:
            array = array.reshape(len(array), *tail)
        return array.astype(DTYPES[type_], copy=False)


def open_model(content: bytes, _folder: Path, threads: int) -> OnnxEngine:
    """Open a model from its bytes; data outside of them is never read.

    Raises:
        ModelRefused: they are no ONNX model that onnxruntime can run.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        return OnnxEngine(onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]))
    except BROKEN as error:
        what = f"onnxruntime can't load the model: {_first_line(error)}"
        raise ModelRefused(
            what, "model.onnx", "export it again; a model's weights must be inside its one file"
        ) from error


def _shape(sizes: list[Any]) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) else -1 for size in sizes)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:300]
