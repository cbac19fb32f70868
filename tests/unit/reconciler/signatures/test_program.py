"""Programs over signatures end in time, print no more than is read, and see nothing of this process's environment."""

import stat
import time
from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.signatures.program import MOST, private, run


def test_a_private_folder_is_this_user_s_alone_and_goes() -> None:
    with private({"a": b"1"}) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / "a").read_bytes() == b"1"
    assert not folder.exists()


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nothing"))
    with pytest.raises(Unavailable, match="nothing can't be written"), private({"a": b"1"}):
        raise AssertionError


def test_what_takes_too_long_is_ended_with_all_that_it_started() -> None:
    with private({}) as folder:
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"sh took longer than 0\.2 s"):
            run(folder, ("sh", "-c", "(sleep 60; touch late) & sleep 60"), patience=0.2)
        assert time.monotonic() - began < 30


def test_what_is_printed_is_cut() -> None:
    with private({}) as folder:
        told = run(folder, ("sh", "-c", f"head -c {3 * MOST} /dev/zero; echo trouble >&2; exit 3"))
        assert (told.code, len(told.text), told.complaint) == (3, MOST, "trouble\n")


def test_it_sees_a_bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_X", "s3cret")
    monkeypatch.setenv("GNUPGHOME", "/home/somebody")
    with private({"payload": b"hello"}) as folder:
        told = run(folder, ("sh", "-c", "env; cat"), "payload")
        names = {line.partition("=")[0] for line in told.text.splitlines() if "=" in line}
        assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "LC_ALL", "TZ"}
        assert told.text.endswith("hello")
        assert f"HOME={folder}" in told.text


def test_a_program_that_is_not_there_says_what_to_install(tmp_path: Path) -> None:
    with private({}) as folder, pytest.raises(Unavailable, match="nothing-of-the-kind is not installed"):
        run(folder, ("nothing-of-the-kind",))
