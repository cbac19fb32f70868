"""What a process leaves is found and ended; what was there before isn't touched."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runners.train.leftovers import adopting, end_all_but

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave")


def test_an_orphan_is_ended_and_an_older_child_goes_on(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as older:
        with adopting() as others:
            subprocess.run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid"], check=True)
            orphan = int((tmp_path / "pid").read_text())
            os.kill(orphan, 0)
            end_all_but(others)
        with pytest.raises(ProcessLookupError):
            os.kill(orphan, 0)
        assert older.pid in others
        assert older.poll() is None
        older.kill()


def test_where_nothing_is_left_nothing_is_waited_for() -> None:
    with adopting() as others:
        started = time.monotonic()
        end_all_but(others)
    assert time.monotonic() - started < 4
