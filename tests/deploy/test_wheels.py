"""What of an installation goes into an image: nothing of the machine that made it."""

from pathlib import Path

import pytest

from deploy.images.base import PYTHON
from deploy.images.wheels import _is_of_image, _move


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("reconciler/__init__.py", True),
        ("setpoint-0.1.0.dist-info/METADATA", True),
        ("setpoint-0.1.0.dist-info/direct_url.json", False),
        ("setpoint-0.1.0.dist-info/uv_cache.json", False),
        ("bin/setpoint", False),
        ("../../bin/setpoint", False),
    ],
)
def test_records_name_what_is_there(path: str, is_there: bool) -> None:
    assert _is_of_image(path) == is_there


@pytest.mark.parametrize(
    ("content", "becomes"),
    [
        (b"#!/home/me/venv/bin/python3\nimport x\n", f"#!{PYTHON}\nimport x\n".encode()),
        (b"#!/bin/sh\necho\n", b"#!/bin/sh\necho\n"),
        (b"\x7fELF", b"\x7fELF"),
    ],
)
def test_programs_are_started_by_the_image_s_python(tmp_path: Path, content: bytes, becomes: bytes) -> None:
    (tmp_path / "one").write_bytes(content)
    _move(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_bytes() == becomes
    assert (tmp_path / "two").stat().st_mode & 0o777 == 0o755
