"""Git is run in a clean environment, and its failures become errors that say what to do."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from reconciler.git.process import Calls, Output, call, checked, command, environment, start
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.text import without_credentials
from tests.unit.reconciler.git.people import Clone, bare


def test_what_a_hook_leaves_behind_misleads_nobody(tmp_path: Path, ada: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    other = bare(tmp_path / "other.git")
    monkeypatch.setenv("GIT_DIR", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.setenv("GIT_QUARANTINE_PATH", "/nowhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "x")
    ada.commit({"a": "1"})
    assert call(ada.folder / ".git", "rev-list", "--count", "main").text == "1\n"


def test_what_reaches_a_remote_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_CONFIG_GLOBAL"):
        monkeypatch.setenv(name, "mine")
        assert environment()[name] == "mine"
    assert environment()["GIT_TERMINAL_PROMPT"] == "0"


def test_hooks_are_not_run(ada: Clone, tmp_path: Path) -> None:
    first = ada.commit({"a": "1"})
    hook = ada.folder / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    checked(ada.folder / ".git", "update-ref", "refs/heads/other", first)
    assert not (tmp_path / "ran").exists()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="gone"):
        call(tmp_path / "nothing", "status")


def test_missing_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="not installed"):
        call(tmp_path, "status")


def test_a_failure_tells_what_git_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"git rev-list failed in .*: ambiguous argument 'nothing'"):
        checked(bare(tmp_path / "r.git"), "rev-list", "nothing")


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = shutil.disk_usage(tmp_path)._replace(free=4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: left)
    with pytest.raises(Unavailable, match=r"the disk that holds .* is full .free some space"):
        checked(bare(tmp_path / "r.git"), "rev-list", "nothing")


@pytest.mark.timing
def test_waiting_ends(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"took longer than 0\.2 s"):
        call(bare(tmp_path / "r.git"), "-c", "alias.wait=!sleep 60", "wait", patience=0.2)
    assert time.monotonic() - began < 10


def test_signals_for_this_process_do_not_reach_git(tmp_path: Path) -> None:
    repository = bare(tmp_path / "r.git")
    with start(command(repository, "cat-file", "--batch"), repository, environment(), stdin=subprocess.PIPE) as process:
        assert os.getsid(process.pid) == process.pid
        process.send_signal(signal.SIGKILL)


def test_credentials_are_never_shown() -> None:
    told = Output(128, b"", "fatal: unable to access 'https://me:secret@example.org/x.git/': no route\n")
    assert told.complaint == "unable to access 'https://example.org/x.git/': no route"
    assert without_credentials("ssh://git@host/x and user@host:x") == "ssh://host/x and user@host:x"


def test_the_last_complaint_is_told_and_a_silent_failure_too() -> None:
    assert Output(1, b"", "hint: a\nerror: b\nfatal: c\nhint: d\n").complaint == "c"
    assert Output(3, b"", "").complaint == "exit code 3"


def test_nothing_is_imported_to_run_git() -> None:
    code = "import sys, reconciler.git.repository; print('git' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_a_command_that_hangs_is_cancelled_with_what_it_started(tmp_path: Path) -> None:
    calls, failed = Calls(), []
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def hang() -> None:
        try:
            call(tmp_path, "hash-object", str(fifo), in_work_tree=True, calls=calls)
        except Unavailable as error:
            failed.append(error.message)

    thread = threading.Thread(target=hang)
    thread.start()
    end = time.monotonic() + 10
    while not calls._running and time.monotonic() < end:
        thread.join(0.01)
    calls.cancel(0.2)
    thread.join(10)
    assert failed == ["a git command was cancelled, as the daemon stops"]
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"took longer than 0.2 s"):
        call(tmp_path, "hash-object", str(fifo), in_work_tree=True, calls=calls)
    assert time.monotonic() - began < 5
    assert not calls._running
