"""The signature: written, read again, and refused where it isn't understood."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runners.models import ModelRefused, Signature
from runners.models.signature import FILE, read_signature
from runners.tables import ColumnReading, Reading


def test_it_is_read_as_it_was_written(known: Signature) -> None:
    image = replace(known, image={"height": 2, "width": 2, "channels": 1}, classes=(0, 1), positive=1)
    read = replace(known, schema=Reading({"age": ColumnReading("integer")}, "id", "ill"))
    sealed = replace(read, files={"model.onnx": "sha256:" + "1" * 64}).sealed()
    for signature in (known, image, read, sealed):
        assert Signature.from_json(signature.to_json()) == signature


def test_it_names_the_columns_in_order(known: Signature) -> None:
    assert known.columns == ("age", "weight")
    assert known.inputs[0].width == 1
    assert known.outputs[0].width == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 3}, "of a later version"),
        ({"version": 2}, "its digest is another"),
        ({"task": "ranking"}, "task is `ranking`"),
        ({"format": "pickle"}, "format is `pickle`"),
        ({"reading": "entrails"}, "reading is `entrails`"),
        ({"inputs": [{"name": "x", "datatype": "FP8", "shape": [1]}]}, "unknown datatype `FP8`"),
        ({"inputs": [{"name": "x"}]}, "no 'datatype'"),
        ({"inputs": 3}, "not iterable"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_not_understood_is_refused(known: Signature, change: dict[str, Any], told: str) -> None:
    text = json.dumps({**json.loads(known.to_json()), **change})
    with pytest.raises(ModelRefused) as failure:
        Signature.from_json(text)
    assert told in failure.value.what
    assert failure.value.where == FILE


def test_its_digest_is_over_everything_in_it(known: Signature) -> None:
    sealed = replace(known, files={"model.onnx": "sha256:" + "1" * 64}).sealed()
    told = json.loads(sealed.to_json())
    assert told["version"] == 2
    assert Signature.from_json(json.dumps(told, separators=(",", ":"))) == sealed
    for name, other in {"positive": "no", "raw": "other", "identifier": None, "files": {"model.onnx": "x"}}.items():
        with pytest.raises(ModelRefused, match="its digest is another"):
            Signature.from_json(json.dumps({**told, name: other}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ModelRefused):
        Signature.from_json(text)


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="there is no signature") as failure:
        read_signature(tmp_path)
    assert "signature.json" in failure.value.fix
