"""One job as several processes of this machine, as a cluster's pool starts them on several."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from runners.contract import Request
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[4]


def begin(request: Request, folder: Path, size: int) -> "list[subprocess.Popen[str]]":
    """Start the processes of a job; each prints to a pipe."""
    file = folder / "request.json"
    file.write_text(request.model_dump_json())
    meeting = {"WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    return [
        subprocess.Popen(
            [sys.executable, "-m", "runners", str(file)],
            cwd=ROOT,
            env={**os.environ, **meeting, "RANK": str(rank), "SETPOINT_CPUS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(size)
    ]


def finish(processes: "Sequence[subprocess.Popen[str]]") -> list[tuple[int, str]]:
    """Return the exit code and the output of each process."""
    said = [process.communicate(timeout=240)[0] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]
