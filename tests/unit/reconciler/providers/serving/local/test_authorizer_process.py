"""The authorizer's process: started once, found again, replaced where it is an old one or hangs."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.providers.serving.local.authorizer_process import (
    HUNG_AFTER,
    LOOK_EVERY,
    AuthorizerFiles,
    AuthorizerProcess,
)
from reconciler.providers.serving.local.processes import pid_of, tell
from tests.unit.reconciler.providers.serving.local.conftest import Wait

pytestmark = pytest.mark.usefixtures("no_process_left")
SILENT = (sys.executable, "-I", "-S", "-c", "import signal; signal.pause()")


@pytest.fixture
def files(tmp_path: Path) -> AuthorizerFiles:
    return AuthorizerFiles(*(tmp_path / name for name in ("a.lock", "a.log", "a.json", "a.sock")))


@pytest.fixture
def process(files: AuthorizerFiles, wait: Wait) -> Iterator[AuthorizerProcess]:
    found = AuthorizerProcess(files, {"SETPOINT_SECRET_A": "secret"}, SILENT)
    yield found
    found.stop()
    wait(lambda: not found.is_alive)


def test_it_is_started_once_and_found_by_the_next_daemon(process: AuthorizerProcess, files: AuthorizerFiles) -> None:
    process.keep(0.0)
    first = pid_of(files.lock)
    process.keep(0.1)
    again = AuthorizerProcess(files, {}, SILENT)
    again.keep(0.2)
    assert first is not None
    assert pid_of(files.lock) == first
    assert b"secret" not in Path(f"/proc/{first}/environ").read_bytes()


def test_one_that_ended_is_started_anew_with_pauses(
    process: AuthorizerProcess, files: AuthorizerFiles, wait: Wait
) -> None:
    process.keep(0.0)
    for now, is_there in ((0.1, True), (0.2, False), (1.3, True)):
        tell(files.lock, signal.SIGKILL)
        wait(lambda: not process.is_alive)
        process.keep(now)
        assert process.is_alive is is_there


def test_one_of_other_versions_is_replaced(process: AuthorizerProcess, files: AuthorizerFiles, wait: Wait) -> None:
    process.keep(0.0)
    first = pid_of(files.lock)
    files.started.write_text(json.dumps({"setpoint": "0.0.9"}))
    process.keep(0.1)
    wait(lambda: not process.is_alive)
    process.keep(0.2)
    assert pid_of(files.lock) not in (None, first)


def test_one_that_answers_nothing_is_replaced(process: AuthorizerProcess, files: AuthorizerFiles, wait: Wait) -> None:
    process.keep(0.0)
    process.keep(LOOK_EVERY)
    process.keep(HUNG_AFTER - 1)
    assert process.is_alive
    process.keep(HUNG_AFTER + LOOK_EVERY)
    wait(lambda: not process.is_alive)
