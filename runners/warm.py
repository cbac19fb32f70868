"""A warm process: it has imported what runners need, and each job is a copy of it instead of a new start.

    python -P -m runners.warm SUPERVISOR < a socket

Half of a small job's time goes into imports, the same ones for each job. Here they are made once: before a runner's
first job, so that they take no longer than they would have in that job, and nothing is imported that nobody asks for.
A copy becomes the job's supervisor, SUPERVISOR's `main`, and that makes of a copy of its own the job. So a job has a
session, a group, a log, a temporary folder and a timeout as any other has, and the environment variables that it is
given and no others.

Law of the room: this process reads no job. It has no secret, and runs no code but ours. It ends when whoever asks it
has ended, or asks for nothing for a while; the jobs live on. It copies itself only while it has one thread.
"""

import atexit
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from runners.contract.warm import IDLE, LONGEST_NAME, WARM

Supervise = Callable[[list[str], Callable[[list[str]], None]], int]
_SAVED = ("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin", "PIL.PngImagePlugin")
_DRAWN = ("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.ticker", *_SAVED)
_FITTED = ("lightgbm", "onnxmltools.convert.lightgbm.operator_converters.LightGbm", "skl2onnx", "onnxruntime")
IMPORTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ingest": ("runners.ingest.ingestion", "sqlalchemy", *_DRAWN),
        "label": ("runners.label.labelling", *_DRAWN),
        "tabular": ("runners.train.tabular", *_FITTED, *_DRAWN),
        "images": ("runners.train.images", *_FITTED, *_DRAWN),
        "evaluate": ("runners.evaluate.comparison", "onnxruntime", "pandas", *_DRAWN),
        "monitor": ("runners.monitor", *_DRAWN),
        "replica": ("runners.replica",),
        "smoke": ("runners.smoke",),
    }
)
"""What is imported before the first job of a runner: its own modules, and what these import while they run."""


def main(arguments: list[str]) -> int:
    """Become the jobs that are asked for, until nobody asks any more."""
    supervise = supervising(arguments[0])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever started a job sees by its files how it ends
    known: set[str] = set()
    with socket.socket(fileno=os.dup(0)) as line:
        while asked := _next(line):
            name, job = asked
            warm(name, known)
            if not _has_one_thread():
                return 1
            if not os.fork():
                _become(job, supervise)
            os.close(job)
    return 0


def supervising(path: str) -> Supervise:
    """Return the `main` of a supervisor's file: it belongs to the pool, which runners know nothing of.

    Raises:
        ImportError: there is no such file.
    """
    spec = importlib.util.spec_from_file_location("supervisor", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Supervise = module.main
    return found


def _next(line: socket.socket) -> tuple[str, int] | None:
    """Wait for the next job; None when there won't be one."""
    ready, _, _ = select.select([line], [], [], IDLE)
    if not ready:
        return None
    told, files, _, _ = socket.recv_fds(line, LONGEST_NAME, 1)
    return (told.decode(), files[0]) if told and files else None


def warm(name: str, known: set[str]) -> None:
    """Import what a runner needs, if that wasn't done; what can't be imported is told by the job that needs it."""
    if name in known or name not in WARM:
        return
    for module in ("runners.harness", "fsspec.implementations.local", *IMPORTED[name]):
        with suppress(Exception):
            importlib.import_module(module)
    known.add(name)
    gc.collect()
    gc.freeze()  # the copies share what nobody walks over


def _has_one_thread() -> bool:
    """Tell whether a copy would have all that this process has: of threads, only the one that copies is in it."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


def _become(job: int, supervise: Supervise) -> NoReturn:
    """Turn this process, a fresh copy, into the supervisor of a job."""
    code = 1
    with suppress(Exception):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with os.fdopen(job, encoding="utf-8") as file:
            told = json.load(file)
        os.environ.clear()
        os.environ.update(told["environ"])
        _print_to(told["log"])
        code = supervise(told["arguments"], run)
    os._exit(code)


def _print_to(log: str) -> None:
    """Let this process print to a file, and read nothing."""
    silence, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, target in ((0, silence), (1, file), (2, file)):
        os.dup2(target, stream)


def run(command: list[str]) -> NoReturn:
    """Be the job whose request is the last word of its command, and end as `python -m runners` would."""
    code = 1
    try:
        _be_new(command)
        from runners.__main__ import run as run_request
        from runners.outlet import scrubbing

        code = scrubbing(run_request)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:  # noqa: BLE001  # the last frame of the process: Python itself does the same
        traceback.print_exc()
    finally:
        _end(code)


def _be_new(command: list[str]) -> None:
    """Undo what this process has of another's start: its ends, its arguments, its draws, its signals, its folder."""
    atexit._clear()  # noqa: SLF001  # what was registered is to happen when the process ends that this is a copy of
    sys.argv = ["runners", command[-1]]
    sys.path.insert(0, str(Path.cwd()))
    tempfile.tempdir = None
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _end(code: int) -> NoReturn:
    """End this process with all that an end of Python's does, but for tearing down what others have a copy of."""
    with suppress(Exception):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001  # as multiprocessing ends its copies
        atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
