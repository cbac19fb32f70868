"""Networks in safetensors, with their architecture beside them: turned into ONNX in memory, and run as such."""

from pathlib import Path

from runners.models.errors import ModelRefused
from runners.models.network import FILE, Architecture, graph
from runners.models.onnx_engine import OnnxEngine
from runners.models.onnx_engine import open_model as open_onnx


def open_model(content: bytes, folder: Path, threads: int) -> OnnxEngine:
    """Open a network from the bytes of its weights and the architecture in its folder.

    Raises:
        ModelRefused: the weights or the architecture are broken, or don't fit each other.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = folder / FILE
    if not path.is_file():
        what = f"there is no {FILE}, which says what the weights are for"
        raise ModelRefused(what, str(path), "write it, or export the model to ONNX")
    try:
        weights = load(content)
    except SafetensorError as error:
        raise ModelRefused(f"the weights can't be read: {error}", "model.safetensors", "save them again") from error
    architecture = Architecture.from_json(path.read_text("utf-8"))
    return open_onnx(graph(architecture, weights).SerializeToString(), folder, threads)
