"""A replica of a model: the process that endpoints run, for as long as it is measured."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from runners.contract import InputError, RunnerError, formats
from runners.models import Signature
from runners.replica.asking import NAME, READY, Client

START = 120.0
"""Seconds that it may take to become ready."""
GRACE = 15.0
"""Seconds that it may take to end."""
_LOOK = 0.05
_ROOT = Path(__file__).parent.parent.parent
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@contextlib.contextmanager
def replica(folder: Path, signature: Signature, threads: int) -> Iterator[Path]:
    """Start a replica of the model in a folder; give its socket once it is ready, and end it afterwards.

    Raises:
        InputError: it can't serve the model.
    """
    with tempfile.TemporaryDirectory(prefix="setpoint-") as place:
        config, path, words = (Path(place, name) for name in ("config.json", "socket", "words.json"))
        config.write_text(json.dumps(_settings(folder, signature, threads, path, words)), "utf-8")
        process = subprocess.Popen([sys.executable, "-m", "runners.serve", str(config)], env=_environ(threads))
        try:
            _wait(process, path, words)
            yield path
            if process.poll() is not None:
                raise InputError(f"the replica ended by itself with the code {process.returncode}", "candidate", _FIX)
        finally:
            _end(process)


_FIX = "see the job's log: the replica prints there"


def _settings(folder: Path, signature: Signature, threads: int, path: Path, words: Path) -> dict[str, object]:
    return {
        "format": formats.SERVING,
        "name": NAME,
        "deployment": "",
        "revision": "",
        "trial": "",
        "model_url": folder.resolve().as_uri(),
        "model_digest": signature.digest,
        "socket": str(path),
        "words": str(words),
        "threads": threads,
    }


def _environ(threads: int) -> dict[str, str]:
    paths = filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))
    return {**os.environ, **dict.fromkeys(_THREADS, str(threads)), "PYTHONPATH": os.pathsep.join(paths)}


def _wait(process: subprocess.Popen[bytes], path: Path, words: Path) -> None:
    until = time.monotonic() + START
    with Client(path) as client:
        while not (path.exists() and client.ask(READY).is_good):
            if process.poll() is not None:
                raise _refusal(process.returncode, words)
            if time.monotonic() > until:
                raise RunnerError(f"the replica isn't ready after {START:g} seconds", "candidate", _FIX)
            time.sleep(_LOOK)


def _refusal(code: int, words: Path) -> RunnerError:
    """Return why a replica didn't start: it says so where it refuses the model."""
    try:
        told = json.loads(words.read_bytes())
        return InputError(f"no replica serves it: {told['what']}", str(told["where"]), str(told["fix"]))
    except (OSError, ValueError, KeyError, TypeError):
        return RunnerError(f"the replica ended with the code {code} before it was ready", "candidate", _FIX)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
