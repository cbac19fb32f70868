"""Pictures: scaled down, and their numbers brought to a common mean and deviation, in the model's own graph.

What comes in are the numbers of a picture that is decoded already and has one size, 0 (black) to 1, by channel, row and
column: ONNX has no decoder, and no shape that each row has for itself.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.contract.preparations import Picture
from runners.train.prepared.columns import Array, Ready
from runners.train.prepared.graph import Graph

LEAST = np.float32(1e-6)
"""The deviation of a picture of one colour: divided by it, it stays one of zeros."""


def prepared_picture(graph: Graph, name: str, tensor: str, image: Mapping[str, Any], how: Picture) -> Ready:
    """Return the numbers of a picture as a model learns from them.

    Args:
        graph: where the nodes are added.
        name: the column's name.
        tensor: what the graph calls its numbers, [N, values].
        image: the picture's channels, height and width, as a signature tells them.
        how: what is done.

    Raises:
        InputError: the size isn't a part of the picture's own.
    """
    channels, height, width = (int(image[key]) for key in ("channels", "height", "width"))
    planes = graph.add("Reshape", tensor, np.array([0, channels, height, width], np.int64))
    if how.shrink > 1:
        if height % how.shrink or width % how.shrink:
            what = f"pictures of {width} x {height} can't be divided into squares of {how.shrink} pixels a side"
            raise InputError(what, f"preparations.{name}", "give params.size a multiple of shrink")
        sides = [how.shrink, how.shrink]
        planes = graph.add("AveragePool", planes, kernel_shape=sides, strides=sides)
        height, width = height // how.shrink, width // how.shrink
    if how.normalise == "channel":
        planes = _by_channel(graph, planes)
    elif how.normalise == "picture":
        planes = _by_picture(graph, planes)
    flat = graph.add("Reshape", planes, np.array([0, channels * height * width], np.int64))
    places = [(c, y, x) for c in range(channels) for y in range(height) for x in range(width)]
    return Ready(tuple(f"{name}: {c}, {y}, {x}" for c, y, x in places), flat)


def _by_channel(graph: Graph, planes: str) -> str:
    """Bring each channel to mean 0 and deviation 1 over the training pictures."""
    values: Array = graph.values(planes).astype(np.float64)
    shape = (1, values.shape[1], 1, 1)
    mean = values.mean((0, 2, 3)).reshape(shape).astype(np.float32)
    deviation = np.maximum(values.std((0, 2, 3)).reshape(shape).astype(np.float32), LEAST)
    return graph.add("Div", graph.add("Sub", planes, mean), deviation)


def _by_picture(graph: Graph, planes: str) -> str:
    """Bring each picture to mean 0 and deviation 1 by its own numbers, whatever its light was."""
    centred = graph.add("Sub", planes, graph.add("ReduceMean", planes, axes=[1, 2, 3], keepdims=1))
    squares = graph.add("ReduceMean", graph.add("Mul", centred, centred), axes=[1, 2, 3], keepdims=1)
    return graph.add("Div", centred, graph.add("Max", graph.add("Sqrt", squares), LEAST))
