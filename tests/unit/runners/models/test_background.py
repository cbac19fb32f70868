"""The background of a model: read as it was written, from the bytes that its signature digests."""

from pathlib import Path

import pytest

from runners.models import ModelRefused, load
from runners.models.background import FILE, Background, read_background
from runners.models.loading import digest_of
from tests.unit.runners.models.conftest import Leave, linear_model

BACKGROUND = Background({"age": [4.0, 6.5], "weight": [2, 3]})


def test_a_background_is_read_as_it_was_written() -> None:
    known = Background({"größe": [1, None], "b": ["x", True]}, ("b",))
    assert read_background(known.to_json().encode()) == known


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"format":2}', b'{"format":1,"texts":[],"columns":{"a":[1],"b":[]}}', b'{"format":1}']
)
def test_what_is_no_background_is_refused(content: bytes) -> None:
    with pytest.raises(ModelRefused, match="the background can't be read"):
        read_background(content)


def test_a_background_that_was_changed_isn_t_loaded(leave: Leave, tmp_path: Path) -> None:
    content, told = linear_model(), BACKGROUND.to_json().encode()
    (tmp_path / FILE).write_bytes(told)
    leave(content, files={"model.onnx": digest_of(content), FILE: digest_of(told)})
    assert load(tmp_path).background == told
    (tmp_path / FILE).write_bytes(BACKGROUND.to_json().encode() + b" ")
    with pytest.raises(ModelRefused, match=r"digest of background\.json"):
        load(tmp_path)
