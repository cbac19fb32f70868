"""What a model says of itself: its revision is its version, and a picture is asked for as a file."""

from pathlib import Path

from runners.models import load
from runners.serve.about import about_model
from runners.serve.served_model import ServedModel
from tests.unit.runners.serve.tiny import bright, make


def test_the_revision_is_the_version(tmp_path: Path) -> None:
    model = load(tmp_path, make(tmp_path))
    assert about_model(ServedModel("m", "aaaaaaaaaaaa", model, print))["versions"] == ["aaaaaaaaaaaa"]
    assert "versions" not in about_model(ServedModel("m", "", model, print))


def test_a_picture_is_asked_for_as_bytes(tmp_path: Path) -> None:
    model = load(tmp_path, bright(tmp_path))
    (told,) = about_model(ServedModel("m", "", model, print))["inputs"]
    assert (told["name"], told["datatype"], told["shape"]) == ("image", "BYTES", [-1, 1])
