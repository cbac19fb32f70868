"""A dataset of predictions on real engines: rows that come are scored by a real model, whoever is killed meanwhile."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from reconciler.model.decision import Live
from reconciler.model.ids import Address, RunName, file_name
from reconciler.model.observed import JobState
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import MemorySource, World
from reconciler.status.read import control_path
from reconciler.yaml.dump import dump
from runners.ingest import ingestion
from runners.ingest.parameters import Parameters
from tests.e2e.test_life import Life as MemoryLife
from tests.e2e.test_life import sample
from tests.engines.lakefs_life import Life
from tests.servers.lakefs import LakeFS
from tests.servers.lakefs.tenant import Tenant

LOANS, MODEL, SCORED, BAD = map(Address, ("datasets/loans", "experiments/loans", "datasets/scored", "datasets/bad"))
SPECS = {
    "specs/datasets/loans.yaml": """\
source: {{files: {{url: '{url}', format: csv, incremental: {{by: files}}}}}}
identifier: id
columns:
  id: {{type: integer}}
  age: {{type: number, missing: 0.5}}
  home: {{type: string, missing: 0.5}}
  repaid: {{type: integer}}
""",
    "specs/datasets/history.yaml": "source: {{files: {{url: '{history}', format: csv}}}}\nidentifier: id\n",
    "specs/experiments/loans.yaml": """\
dataset: datasets/history
target: repaid
exclude: [id]
runner: tabular
params: {{model: logistic}}
metric: {{name: accuracy}}
""",
    "specs/datasets/scored.yaml": """\
source: {{predictions: {{of: datasets/loans, by: experiments/loans, keep: [id, home]}}}}
identifier: id
columns:
  id: {{type: integer}}
  home: {{type: string, missing: 0.5}}
  prediction: {{type: integer, enum: [0, 1]}}
  predicted_probability: {{type: number, minimum: 0, maximum: 1}}
  model: {{type: string}}
""",
    "specs/datasets/bad.yaml": """\
source: {{derived: {{inputs: {{scored: datasets/scored}}, query: "SELECT id FROM scored WHERE prediction = 0"}}}}
minimum_rows: 0
""",
}


def lines(first: int, count: int) -> str:
    """Write loans, some of whose values are missing."""
    rows = (
        f"{n},{'' if n % 7 == 0 else 20 + n * 13 % 60},{('own', 'rent', '')[n % 3]},{int(n * 13 % 60 > 25)}\n"
        for n in range(first, first + count)
    )
    return "id,age,home,repaid\n" + "".join(rows)


class Scoring:
    """One life in which files of loans come and are scored."""

    def __init__(self, open_data: Callable[[], Any], folder: Path) -> None:
        self.files = folder / "loans"
        self.files.mkdir()
        self.come("0", 0, 200)
        (folder / "history.csv").write_text(lines(0, 200))
        told = {"url": self.files.as_uri(), "history": (folder / "history.csv").as_uri()}
        self.life = Life(open_data, folder, {path: text.format(**told) for path, text in SPECS.items()})
        self._count = 0

    def come(self, name: str, first: int, count: int) -> None:
        """Write a file of loans, at a moment that is long past."""
        path = self.files / f"{name}.csv"
        path.write_text(lines(first, count))
        os.utime(path, (10**9 + first, 10**9 + first))

    def refresh(self) -> None:
        """Ask for the loans anew."""
        asked = datetime.now(UTC).isoformat()
        self.life.status.write({control_path(LOANS): dump({"requested": asked})}, "Ask")

    def converge(self, rows: int) -> RunName:
        """Go on until so many rows are scored; return the run."""

        def is_there(done: Any) -> bool:
            facts = done.plan.decisions[SCORED].facts
            return not done.outcomes and facts.get("stage") == "accepted" and facts["result"]["rows"] == rows

        done = self.life.live(is_there, f"{rows} rows to be scored")
        return RunName(str(done.plan.decisions[SCORED].facts["version"]))

    def result(self, run: RunName) -> dict[str, Any]:
        """Return what a run has left as its result."""
        told: dict[str, Any] = json.loads(self.life.data.read(run, "result.json"))
        return told


@pytest.fixture
def embedded(tmp_path: Path) -> Scoring:
    return Scoring(lambda: GitData(tmp_path / "data", "dev"), tmp_path)


def kill(job: RunName, folder: Path) -> int:
    """Kill the processes of a job whose pool is in a folder, as a machine that goes does; return how many groups."""
    claims = list(folder.glob(f"**/jobs/{file_name(job)}/*.claim.json"))
    for claim in claims:
        with suppress(ProcessLookupError):
            os.killpg(json.loads(claim.read_bytes())["pid"], signal.SIGKILL)
    return len(claims)


def test_rows_that_come_are_scored_once_and_a_killed_job_makes_the_same(embedded: Scoring, tmp_path: Path) -> None:
    first = embedded.result(embedded.converge(200))
    assert first["facts"]["refresh"]["kind"] == "full"
    embedded.come("1", 200, 20)
    embedded.refresh()

    def scoring(_: Any) -> list[RunName]:
        jobs = embedded.life.pool.list().jobs
        return [run for run, job in jobs.items() if run.startswith(SCORED) and job.state is JobState.RUNNING]

    embedded.life.live(scoring, "the rows that came to be scored")
    (run,) = scoring(None)
    embedded.life.live(lambda _: kill(run, tmp_path), "its process to be killed")
    embedded.life.born()
    second = embedded.converge(220)
    assert second == run
    told = embedded.result(second)
    assert embedded.life.pool.list().jobs[run].attempt in (1, 2), "a job that had left its result needs no other"
    assert (told["facts"]["refresh"]["kind"], told["facts"]["refresh"]["rows"]) == ("incremental", 20)
    assert told["content"] == content_of_all(embedded, told, tmp_path / "whole")
    embedded.life.converge(BAD)


def content_of_all(scoring: Scoring, told: dict[str, Any], folder: Path) -> str:
    """Return the content of a version that is made of all rows at once."""
    folder.mkdir()
    url = scoring.life.data.url
    inputs = {role: url(RunName(told["provenance"][f"input_{role}"])) for role in ("rows", "model")}
    source = {"predictions": {"of": LOANS, "by": MODEL, "keep": ["id", "home"]}}
    params = Parameters.model_validate({"source": source, "identifier": "id"})
    return ingestion.ingest("datasets/scored", params, folder, inputs).content


def test_on_lakefs_too(lakefs: LakeFS, tmp_path: Path) -> None:
    scoring = Scoring(Tenant(lakefs).open, tmp_path)
    scoring.converge(200)
    scoring.come("1", 200, 20)
    scoring.refresh()
    run = scoring.converge(220)
    told = scoring.result(run)
    assert (told["facts"]["refresh"]["kind"], told["facts"]["refresh"]["rows"]) == ("incremental", 20)
    folder = tmp_path / "read"
    folder.mkdir()
    rows = 0
    for name in (name for name in told["files"] if name.endswith(".parquet")):
        path = folder / Path(name).name
        path.write_bytes(scoring.life.data.read(run, name))
        rows += parquet.read_metadata(path).num_rows
    assert rows == 220


def test_the_model_that_serves_scores_and_a_daemon_without_memory_finds_nothing_to_do() -> None:
    """The sample repository on the shipped fakes, with predictions by its deployment."""
    world = World()
    source = MemorySource(world)
    scored = "source: {predictions: {of: datasets/employment, by: deployments/employment}}\n"
    source.commit({**sample(), "specs/datasets/scored.yaml": scored}, message="Begin")
    life = MemoryLife(world, source, "dev")
    done = life.live()
    assert not life.defects
    version = life.engines.reader.read(RunName(str(done.plan.decisions[SCORED].facts["version"])), "result.json")
    inputs = json.loads(version)["provenance"]
    served = done.plan.decisions[Address("deployments/employment")].output
    assert isinstance(served, Live)
    assert inputs["input_model"] == served.trial
    assert inputs["input_rows"] == done.plan.decisions[Address("datasets/employment")].facts["version"]
    submitted = world.calls["pool.submit"]
    again = MemoryLife(world, source, "dev").live()
    assert not again.outcomes
    assert world.calls["pool.submit"] == submitted
