"""`setpoint trace`: from a run back to what it was made from."""

import json
from pathlib import Path

from reconciler.cli.trace import run_of
from reconciler.model.ids import RunName
from reconciler.ports.engines import Engines
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import MemoryForge, MemoryPool, MemoryServing, MemorySource, World

DATA, TRIAL = RunName("datasets/a/000000000000"), RunName("experiments/a/111111111111")


def test_a_run_is_followed_to_its_inputs_and_their_commits(tmp_path: Path) -> None:
    world, data = World(), GitData(tmp_path, "dev")
    for run, inputs in ((DATA, {}), (TRIAL, {"input_dataset": DATA})):
        folder = Path(data.open(run).removeprefix("file://"))
        (folder / "result.json").write_text(json.dumps({"provenance": {"commit": "abc", "spec": "s.yaml", **inputs}}))
        data.commit(run, {})
        data.merge(run)
    forge = MemoryForge(world, MemorySource(world))
    told = run_of(Engines(data, data, MemoryPool(world), MemoryServing(world), forge, world.clock), TRIAL)
    versions = data.list().versions
    assert told["data_commit"] == versions[TRIAL].commit
    assert told["inputs"]["dataset"]["data_commit"] == versions[DATA].commit
    assert told["spec_commit"] == "abc"


def test_a_run_that_is_gone_says_so(tmp_path: Path) -> None:
    world, data = World(), GitData(tmp_path, "dev")
    forge = MemoryForge(world, MemorySource(world))
    told = run_of(Engines(data, data, MemoryPool(world), MemoryServing(world), forge, world.clock), TRIAL)
    assert told == {"run": TRIAL, "missing": True}
