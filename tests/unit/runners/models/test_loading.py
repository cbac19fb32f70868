"""Loading: nothing is run before its digest is known, and nothing that could run code is loaded at all."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runners.models import ModelRefused, load
from runners.models.loading import digest_of
from runners.models.signature import read_signature
from tests.unit.runners.models.conftest import Leave


def test_a_model_is_loaded_by_its_digest(leave: Leave, linear: bytes) -> None:
    folder = leave()
    for digest in (None, json.loads((folder / "signature.json").read_text())["digest"]):
        assert load(str(folder), digest).predict({"age": [9], "weight": [0]}).prediction.tolist() == ["yes"]


def test_a_model_of_the_former_version_is_loaded_by_the_digest_of_its_file(leave: Leave, linear: bytes) -> None:
    folder = leave(files={}, digest=digest_of(linear))
    assert json.loads((folder / "signature.json").read_text())["version"] == 1
    for digest in (None, digest_of(linear)):
        assert load(str(folder), digest).predict({"age": [9], "weight": [0]}).prediction.tolist() == ["yes"]
    (folder / "model.onnx").write_bytes(linear + b"\0")
    with pytest.raises(ModelRefused, match="it was changed after it was trained"):
        load(folder)


def test_a_signature_whose_classes_were_swapped_is_refused(leave: Leave) -> None:
    folder = leave()
    pin = json.loads((folder / "signature.json").read_text())["digest"]
    told = json.loads((folder / "signature.json").read_text())
    (folder / "signature.json").write_text(json.dumps({**told, "classes": ["yes", "no"]}))
    with pytest.raises(ModelRefused, match="it was changed after it was trained"):
        load(folder)
    # Nor does it help to seal it again, or to tell it as of the former version, with the pin for its digest.
    leave(classes=("yes", "no"))
    with pytest.raises(ModelRefused, match="the model's digest is"):
        load(folder, pin)
    leave(classes=("yes", "no"), files={}, digest=pin)
    with pytest.raises(ModelRefused, match="the model's digest is"):
        load(folder, pin)


def test_every_file_that_answers_depend_on_is_checked(leave: Leave, linear: bytes) -> None:
    (leave() / "architecture.json").write_text("{}")
    folder = leave(files={"model.onnx": digest_of(linear), "architecture.json": digest_of(b"{}")})
    load(folder)
    (folder / "architecture.json").write_text("{ }")
    with pytest.raises(ModelRefused, match=r"the digest of architecture\.json is"):
        load(folder)


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
    known = read_signature(folder)
    (folder / "signature.json").write_text(replace(known, file=name).sealed().to_json())
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
