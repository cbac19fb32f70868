"""status_writers_p99_s: fifty writers at once on one status branch of a bare repository."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.git.repository import open_repository
from reconciler.status.branch import StatusBranch
from tests.bench.figure import Figure


def measure(quick: bool) -> Iterator[Figure]:
    """Measure how long the slowest of them waits, and that none is lost."""
    writers = 10 if quick else 50
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "repository.git"
        subprocess.run(["git", "init", "-q", "--bare", str(place)], check=True)
        times: list[float] = []

        def write(number: int) -> None:
            repository = open_repository(f"file://{place}", Path(folder) / f"mirror{number}")
            began = time.perf_counter()
            StatusBranch(repository, "dev").write({f"status/datasets/n{number}.yaml": b"x: 1\n"}, f"writer {number}")
            times.append(time.perf_counter() - began)
            repository.close()

        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        repository = open_repository(place, Path(folder))
        found = len(StatusBranch(repository, "dev").read().files)
        log = ["git", "-C", str(place), "rev-list", "--count", "setpoint/dev"]
        commits = int(subprocess.run(log, capture_output=True, text=True, check=True).stdout)
        repository.close()
    times.sort()
    yield Figure("status_writers_p99_s", times[-1] if times else 999.0, "s", "<= 5", f"{writers} writers")
    yield Figure("status_writers_lost", writers - min(found, commits), "commits", "== 0")
