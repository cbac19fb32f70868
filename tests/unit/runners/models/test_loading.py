"""Loading: nothing is run before its digest is known, and nothing that could run code is loaded at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from runners.models import ModelRefused, load
from runners.models.loading import digest_of
from tests.unit.runners.models.conftest import Leave


def test_a_model_is_loaded_by_its_digest(leave: Leave, linear: bytes) -> None:
    folder = leave()
    for digest in (None, digest_of(linear)):
        assert load(str(folder), digest).predict({"age": [9], "weight": [0]}).prediction.tolist() == ["yes"]


def test_a_changed_model_is_refused(leave: Leave, linear: bytes) -> None:
    folder = leave()
    (folder / "model.onnx").write_bytes(linear + b"\0")
    with pytest.raises(ModelRefused, match="it was changed after it was trained"):
        load(folder)


def test_another_pin_is_refused(leave: Leave) -> None:
    with pytest.raises(ModelRefused, match="is expected"):
        load(leave(), "sha256:" + "1" * 64)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.pt", "model.PTH", "model.bin", "model.keras"])
def test_formats_that_can_run_code_are_refused(leave: Leave, name: str) -> None:
    with pytest.raises(ModelRefused, match="can execute code when it is loaded") as failure:
        load(leave(file=name))
    assert "ONNX" in failure.value.fix


@pytest.mark.parametrize("name", ["../model.onnx", "/tmp/model.onnx", "a/../../model.onnx"])
def test_a_model_outside_of_the_folder_is_refused(leave: Leave, name: str) -> None:
    folder = leave()
    signature = (folder / "signature.json").read_text().replace('"model.onnx"', f'"{name}"')
    (folder / "signature.json").write_text(signature)
    with pytest.raises(ModelRefused, match="outside of the trial's folder"):
        load(folder)


def test_a_folder_without_its_model_is_refused(leave: Leave) -> None:
    folder = leave()
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelRefused, match=r"there is no model\.onnx"):
        load(folder)


def test_a_file_that_is_no_model_is_refused(leave: Leave) -> None:
    with pytest.raises(ModelRefused, match="onnxruntime can't load the model"):
        load(leave(b"no model at all"))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="there is no signature"):
        load(tmp_path)


def test_serving_imports_next_to_nothing() -> None:
    """A server's start is as long as its imports."""
    code = (
        "import sys, runners.models, runners.models.onnx_engine;"
        "print(*sorted({'onnx', 'pandas', 'pyarrow', 'pydantic', 'scipy', 'sklearn', 'lightgbm', 'torch', 'fsspec'}"
        " & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""
