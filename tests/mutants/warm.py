"""A warm process: it has imported what is slow to import, and forks a child for each run of tests.

It knows nothing of the project itself, so every child imports the sources as they are at that moment. It reads one
run a line from its input, `{"tests": [...], "seconds": 60, "output": "..."}`, and answers with one line,
`{"code": 0, "seconds": 1.2}`; the code is pytest's own, or `null` where the time ran out.
"""

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

import pytest

HEAVY = (
    "crowdkit.aggregation",
    "git",
    "httpx",
    "hydra",
    "hypothesis.strategies",
    "krippendorff",
    "lightgbm",
    "matplotlib.figure",
    "nannyml",
    "omegaconf",
    "pandas",
    "prometheus_client",
    "pyarrow.parquet",
    "pydantic",
    "ruamel.yaml",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "structlog",
)
OPTIONS = (
    *("-x", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"),
    *("-m", "not slow and not timing", "--hypothesis-seed=0", "-o", "timeout=60"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # Hypothesis is warm already, and asserts nothing
)
MEMORY = 8 << 30


def run(tests: list[str], seconds: float, output: Path) -> int | None:
    """Run tests in a child of their own, and end whatever it has begun; return pytest's code, or nothing if it hung."""
    shutil.rmtree(".hypothesis", ignore_errors=True)
    child = os.fork()
    if child == 0:
        _be_child(tests, output)
    until = time.monotonic() + seconds
    code = None
    while code is None and time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
        else:
            time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if code is None:
        os.waitpid(child, 0)
    return code


def _be_child(tests: list[str], output: Path) -> None:
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        into = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(into, 1)
        os.dup2(into, 2)
        code = int(pytest.main([*OPTIONS, *tests]))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Answer runs until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    before = dict(os.environ)
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in os.environ.keys() - before.keys():  # one of them has Arrow forget zones, which the product takes back
        del os.environ[name]
    for line in sys.stdin:
        order = json.loads(line)
        began = time.monotonic()
        code = run(order["tests"], order["seconds"], Path(order["output"]))
        print(json.dumps({"code": code, "seconds": round(time.monotonic() - began, 2)}), file=answers)


if __name__ == "__main__":
    main()
