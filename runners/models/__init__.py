"""Trained models, loaded without executing what they contain.

Law of the room: a model's digest is checked before one byte of it is read as a model; the very bytes that were
digested are loaded; nothing is ever unpickled. The room imports NumPy and, when a model is loaded, the engine of its
format: onnxruntime for ONNX and for networks (safetensors), LightGBM for its text format.

    model = load(folder, "sha256:…")
    model.predict({"age": [41, 7], "town": ["Boston", None]}).prediction
"""

from runners.models.errors import ModelInputError, ModelRefused
from runners.models.loading import load
from runners.models.model import Model, Prediction, Rows
from runners.models.signature import Column, Signature, Tensor

__all__ = ["Column", "Model", "ModelInputError", "ModelRefused", "Prediction", "Rows", "Signature", "Tensor", "load"]
"""The public face of the room."""
