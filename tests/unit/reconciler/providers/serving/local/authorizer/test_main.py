"""The process: it answers on its socket, says which it is, prints no token, and ends when it is told to."""

import signal
import subprocess
import sys
from pathlib import Path

from reconciler.providers.serving.local.unix_http import ask
from tests.unit.reconciler.providers.serving.local.conftest import Wait


def test_it_answers_until_it_is_told_to_end(tmp_path: Path, wait: Wait) -> None:
    socket, lock, log = (tmp_path / name for name in ("a.sock", "a.lock", "a.log"))
    command = [sys.executable, "-m", "reconciler.providers.serving.local.authorizer", str(socket), str(lock)]
    with log.open("wb") as printed, subprocess.Popen(command, stdout=printed, stderr=printed) as process:

        def answers() -> bool:
            try:
                return ask(socket, "/health", timeout=5)[0] == 204
            except OSError:
                return False

        wait(answers)
        assert int(lock.read_text()) == process.pid
        assert ask(socket, "/?access_token=secret", timeout=5)[0] == 503
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert log.read_text() == ""
