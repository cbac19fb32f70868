"""A former version: gone on with wherever the job is killed, and each row is there once."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runners.contract import InputError, SourceUnavailable
from runners.ingest.former import Former, found_in
from runners.inputs import Lent
from runners.tables.version import table_files
from tests.times import ROOT
from tests.unit.runners.ingest.growing_world import World, growing_world

POINTS = 24


class Jobs:
    """Whole jobs in processes of their own."""

    def __init__(self, world: World) -> None:
        self.world, self.folder = world, world.root / "jobs"
        self.folder.mkdir()

    def run(self, name: str, former: str = "", step: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a job, or kill it before a step."""
        digest = f"sha256:{sha256((self.folder / former / 'result.json').read_bytes()).hexdigest()}" if former else ""
        request = {
            "run": f"datasets/x/{name}",
            "runner": "ingest",
            "params": self.world.params.model_dump(mode="json", exclude_none=True),
            "inputs": {"former-version": (self.folder / former).as_uri()} if former else {},
            "digests": {"former-version": digest} if former else {},
            "output": (self.folder / name).as_uri(),
        }
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(request))
        line = [sys.executable, "-m", "tests.unit.runners.ingest.killed", str(file), *([str(step)] if step else [])]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    def result(self, name: str) -> dict[str, Any]:
        """Return what a job has left, without its times."""
        told: dict[str, Any] = json.loads((self.folder / name / "result.json").read_text())
        return {key: value for key, value in told.items() if key != "provenance"}

    def bytes(self, name: str) -> dict[str, str]:
        """Return the digest of each file of a version as it is now."""
        root = self.folder / name
        files = (path for path in root.rglob("*") if path.is_file() and path.name != "result.json")
        return {path.relative_to(root).as_posix(): f"sha256:{sha256(path.read_bytes()).hexdigest()}" for path in files}


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return jobs of which one was done, before the table grew: rows came, others changed, others went."""
    with growing_world(tmp_path_factory.mktemp("world")) as world:
        for identity in range(30):
            world.put(identity, identity)
        made = Jobs(world)
        assert made.run("first").returncode == 0
        for identity in (2, 17, 40, 41):
            world.put(identity, identity)
        world.put(5, 5, gone=True)
        done = made.run("undisturbed", "first")
        assert done.returncode == 0, done.stderr
        made.steps = int(re.search(r"steps (\d+)", done.stdout)[1])  # type: ignore[attr-defined,index]
        yield made


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_the_next_attempt_leaves_each_row_once(jobs: Any, point: int) -> None:
    step, name = 1 + point * jobs.steps // POINTS, f"killed-{point}"
    assert jobs.run(name, "first", step).returncode < 0
    assert not (jobs.folder / name / "result.json").exists()
    assert jobs.run(name, "first").returncode == 0
    assert jobs.result(name) == jobs.result("undisturbed")
    assert jobs.bytes(name) == jobs.result(name)["files"]
    assert jobs.bytes("first") == jobs.result("first")["files"]


@pytest.fixture
def version(tmp_path: Path) -> Any:
    with growing_world(tmp_path) as world:
        for identity in range(9):
            world.put(identity, identity)
        made = world.refresh()
        (made.folder / "result.json").write_text(
            json.dumps({"files": {name: f"sha256:{digest}" for name, digest in _digests(made.folder).items()}})
        )
        yield made


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def lent(folder: Path) -> Lent:
    return Lent.of(folder.as_uri(), f"sha256:{sha256((folder / 'result.json').read_bytes()).hexdigest()}")


def test_what_was_changed_since_is_not_gone_on_with(version: Any) -> None:
    found, why = Former.of(lent(version.folder), None)
    assert found is not None
    assert why == ""
    assert (found.summary.rows, found.manifest.read["bound"]) == (9, {"integer": 117})
    assert Former.of(lent(version.folder), "another") == (None, "the version before was asked for otherwise")
    next((version.folder / "parts").glob("*.summary")).write_bytes(b"another")
    with pytest.raises(SourceUnavailable, match="was changed after it was accepted"):
        Former.of(lent(version.folder), None)


def test_a_version_of_one_file_is_not_gone_on_with(tmp_path: Path) -> None:
    assert Former.of(None, None) == (None, "")
    assert Former.of(Lent(tmp_path.as_uri(), tmp_path), None) == (None, "the version before isn't one of parts")


def test_parts_can_be_read_by_whoever_knows_parquet(version: Any) -> None:
    rows = sum(pa.parquet.read_table(file).num_rows for file in table_files(version.folder))
    assert pa.parquet.read_table(version.folder / "data.parquet").num_rows == rows == 9
    (table_files(version.folder)[0]).unlink()
    with pytest.raises(InputError, match="is gone"):
        table_files(version.folder)


def test_hashes_are_found_among_sorted_ones() -> None:
    held = np.array([1, 5, 9], np.uint64)
    assert found_in(held, np.array([0, 1, 5, 6, 9, 10], np.uint64)).tolist() == [False, True, True, False, True, False]
    assert found_in(held[:0], held).tolist() == [False] * 3
