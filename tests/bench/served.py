"""Endpoints for the bench: models of four numbers, and the processes that serve them, each on a core that is told."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from runners.models import Column, Signature, Tensor, load
from runners.models.loading import digest_of
from runners.models.signature import FILE
from runners.tables.reading import ColumnReading, Reading
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.times import ROOT

NAME = "boxes"
INFER = f"/v2/models/{NAME}/infer"
COLUMNS = ("length", "width", "height", "weight")
TRIAL = "experiments/boxes/aaaaaaaaaaaa"
REVISION = "aaaaaaaaaaaa"


def linear(folder: Path) -> Path:
    """Write a logistic model as ONNX, which takes next to no time itself; return its folder."""
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.array([[0.5], [-0.25], [0.125], [0.0625]], np.float32), "weights")
    nodes = [
        helper.make_node("Concat", list(COLUMNS), ["all"], axis=1),
        helper.make_node("MatMul", ["all", "weights"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["p"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in COLUMNS]
    output = helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph(nodes, "linear", inputs, [output], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    tensors = tuple(Tensor(name, "FP32", (name,)) for name in COLUMNS)
    return _left(folder, "model.onnx", model.SerializeToString(), format="onnx", tensors=tensors, raw="p")


def trees(folder: Path) -> Path:
    """Write a model of LightGBM's, of the usual hundred trees; return its folder."""
    import lightgbm

    chance = np.random.default_rng(1)
    rows = chance.normal(size=(5000, len(COLUMNS)))
    data = lightgbm.Dataset(rows, (rows.sum(axis=1) + chance.normal(size=5000) > 0).astype(int))
    content = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 100).model_to_string()
    tensors = (Tensor("features", "FP64", COLUMNS),)
    return _left(folder, "model.txt", content.encode(), format="lightgbm", tensors=tensors, raw="scores")


def _left(folder: Path, file: str, content: bytes, **told: Any) -> Path:
    folder.mkdir(parents=True)
    signature = Signature(
        task="binary",
        target="large",
        file=file,
        digest="",
        inputs=tuple(Column(name, "FP32") for name in COLUMNS),
        outputs=(Column("prediction", "INT64"), Column("predicted_probability", "FP64")),
        reading="positive",
        classes=(0, 1),
        positive=1,
        schema=Reading(dict.fromkeys(COLUMNS, ColumnReading("number"))),
        **told,
    )
    sealed = replace(signature, files={file: digest_of(content)}).sealed()
    (folder / file).write_bytes(content)
    (folder / FILE).write_text(sealed.to_json())
    return folder


def bodies(model: Path, rows: int, count: int = 64) -> list[tuple[dict[str, Any], dict[str, list[float]]]]:
    """Return requests of so many rows each, and what the model answers to each."""
    chance, known = np.random.default_rng(2), load(model)
    found = []
    for number in range(count):
        # Sent with six digits, as people's numbers are.
        values = {name: np.round(chance.normal(size=rows), 6).tolist() for name in COLUMNS}
        truth = {name: column.tolist() for name, column in known.predict(values).as_columns().items()}
        tensors = [{"name": n, "shape": [rows], "datatype": "FP32", "data": told} for n, told in values.items()]
        found.append(({"id": str(number), "inputs": tensors}, truth))
    return found


def ours(folder: Path, model: Path, core: int | None = None, **more: int) -> "Served":
    """Make a replica of ours with its payload log, not started yet; it is told `more` settings."""
    port = free_port()
    settings = {
        "name": NAME,
        "deployment": f"deployments/{NAME}",
        "revision": REVISION,
        "trial": TRIAL,
        "model_url": model.as_uri(),
        "model_digest": json.loads((model / FILE).read_text())["digest"],
        "port": port,
        "logs": str(folder / "payloads"),
        **more,
    }
    folder.mkdir(parents=True)
    config = folder / "config.json"
    config.write_text(json.dumps(settings))
    return Served(["runners.serve", str(config)], folder / "log", port, core)


class Served:
    """A module as a process that serves at a port."""

    def __init__(self, line: list[str], log: Path, port: int, core: int | None) -> None:
        self.port, self._core = port, core
        url = f"http://{LOOPBACK}:{port}/v2/health/ready"
        environ = {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", *line]
        self._process = Process(line[0], command, log, lambda: answers(url), environ=environ)

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @contextmanager
    def running(self) -> Iterator["Served"]:
        """Have it run for a while, on its core."""
        with on_core(self._core):
            self._process.begin()
        try:
            self._process.wait()
            yield self
        finally:
            self._process.stop()


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Have what is started meanwhile run on one core, where one is told."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
