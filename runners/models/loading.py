"""Loading: the digest first, then the format's own engine, from the very bytes that were digested."""

import hashlib
import importlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from runners.models.background import FILE as BACKGROUND
from runners.models.errors import ModelRefused
from runners.models.model import Engine, Model
from runners.models.signature import FILE, read_signature

ENGINES: Mapping[str, str] = MappingProxyType(
    {
        "onnx": "runners.models.onnx_engine",
        "lightgbm": "runners.models.lightgbm_engine",
        "safetensors": "runners.models.network_engine",
    }
)
"""The module that opens each format, imported only when such a model is loaded; each has a function `open_model`."""

GENERATION = "generation.json"
"""The file that says what a model's numbers are as text, as `runners.models.generation` reads it."""
PICKLES = frozenset({".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".npy", ".h5", ".keras", ".sav"})
"""Endings of formats that execute, or may execute, what they contain."""

Open = Callable[[bytes, Path, int], Engine]
"""Opens a model from its bytes, the folder that it lies in, and a number of threads."""


def load(folder: str | os.PathLike[str], digest: str | None = None, *, threads: int = 1) -> Model:
    """Load the model of a trial's folder.

    Args:
        folder: a local folder with `signature.json` and the model's file.
        digest: what the signature must have, `sha256:<64 hex>`; unset, what it says itself.
        threads: how many threads one prediction may use.

    Raises:
        ModelRefused: the digest differs, the format isn't safe, or the model can't be read.
    """
    place = Path(folder)
    signature = read_signature(place)
    check("the model's digest", signature.digest, digest or signature.digest, place / FILE)
    path = inside(place, signature.file)
    content = path.read_bytes()
    found = dict[str, bytes]()
    for name, expected in signature.files.items():
        beside = inside(place, name)
        read = content if name == signature.file else beside.read_bytes()
        check(f"the digest of {name}", digest_of(read), expected, beside)
        found |= {name: read} if name in (BACKGROUND, GENERATION) else {}
    if not signature.files:
        check("the model's digest", digest_of(content), signature.digest, path)
    open_model: Open = importlib.import_module(ENGINES[signature.format]).open_model
    engine = open_model(content, place, threads)
    return Model(signature, engine, found.get(BACKGROUND, b""), found.get(GENERATION, b""))


def check(what: str, found: str, expected: str, path: Path) -> None:
    """Compare a digest with the one that it must be.

    Raises:
        ModelRefused: it is another.
    """
    if found != expected:
        told = f"{what} is {found}, and {expected or 'none'} is expected: it was changed after it was trained"
        raise ModelRefused(told, str(path), "restore the file, or pin the model that is meant")


def digest_of(content: bytes) -> str:
    """Return `sha256:<64 hex>` of a file's bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def inside(folder: Path, file: str) -> Path:
    """Return the path of one of a model's files, after a look at its name.

    Raises:
        ModelRefused: it could execute code, lies outside of the folder, or isn't there.
    """
    name = PurePosixPath(file)
    if name.suffix.lower() in PICKLES:
        what = f"{file} is of a format that can execute code when it is loaded, and is never loaded"
        raise ModelRefused(what, file, "export the model to ONNX, LightGBM text or safetensors")
    if name.is_absolute() or ".." in name.parts:
        raise ModelRefused(f"{file} is outside of the trial's folder", file, "keep the model beside its signature")
    path = folder / file
    if not path.is_file():
        raise ModelRefused(f"there is no {file}", str(path), "restore it, or train the model again")
    return path
