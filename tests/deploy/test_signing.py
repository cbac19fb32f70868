"""Signed layouts: by whom, over what, and what no longer holds."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.images.failing import ImageError
from deploy.images.signing import sign, verify
from reconciler.model.errors import Refused
from tests.deploy.test_layers import layered, tree

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def key(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


def signers(path: Path, purpose: str = "setpoint-image") -> bytes:
    return f'release@example.org namespaces="{purpose}" {path.with_suffix(".pub").read_text()}'.encode()


def test_who_signed_is_told(tmp_path: Path) -> None:
    layered(tree(tmp_path / "a"), tmp_path / "one")
    ours, others = key(tmp_path, "ours"), key(tmp_path, "others")
    sign(tmp_path / "one", ours)
    assert verify(tmp_path / "one", signers(ours), NOW) == "release@example.org"
    with pytest.raises(Refused, match="isn't allowed"):
        verify(tmp_path / "one", signers(others), NOW)
    with pytest.raises(Refused, match="not for images"):
        verify(tmp_path / "one", signers(ours, "git"), NOW)


@pytest.mark.parametrize("what", ["index", "blob"])
def test_what_was_changed_since_no_longer_holds(tmp_path: Path, what: str) -> None:
    layered(tree(tmp_path / "a"), tmp_path / "one")
    ours = key(tmp_path, "ours")
    sign(tmp_path / "one", ours)
    changed = tmp_path / "one/index.json" if what == "index" else min((tmp_path / "one/blobs/sha256").iterdir())
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(ImageError if what == "blob" else Refused):
        verify(tmp_path / "one", signers(ours), NOW)
