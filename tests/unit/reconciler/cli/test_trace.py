"""`setpoint trace`: from a run back to what it was made from."""

import json
from pathlib import Path

from reconciler.cli.trace import names_now, pinned_by, run_of, unseen_from
from reconciler.model.ids import Address, RunName
from reconciler.ports.engines import Engines
from reconciler.providers.data.git import GitData
from reconciler.providers.memory import MemoryForge, MemoryPool, MemoryServing, MemorySource, World
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.origins import Open, ada, opened, origin

__all__ = ["ada", "opened", "origin"]

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
    engines = Engines(data, data, MemoryPool(world), MemoryServing(world), forge, world.clock)
    told = run_of(engines, TRIAL)
    assert told == {"run": TRIAL, "missing": "not in the data"}
    settings = Settings("https://forge/team/models", "dev", home=tmp_path / "another")
    told = run_of(engines, TRIAL, unseen=unseen_from(settings))
    assert (
        f"embedded data lies in the home, here {tmp_path / 'another'}: give the daemon's by --home" in told["missing"]
    )


def test_what_a_run_was_made_from_is_called_as_it_is_called_now(tmp_path: Path) -> None:
    world, data = World(), GitData(tmp_path, "dev")
    folder = Path(data.open(TRIAL).removeprefix("file://"))
    (folder / "result.json").write_text(json.dumps({"provenance": {"spec": "s.yaml"}}))
    data.commit(TRIAL, {})
    data.merge(TRIAL)
    engines = Engines(data, data, MemoryPool(world), MemoryServing(world), forge_of(world), world.clock)
    a, b = Address("experiments/a"), Address("experiments/b")
    assert names_now({b: {"facts": {"moved_from": ["a"]}}}) == {a: b}
    assert names_now({b: {"facts": {"moved_from": ["a"]}}, a: {}}) == {}
    told = run_of(engines, TRIAL, {a: b})
    assert (told["run"], told["resource"]) == (TRIAL, b)


def forge_of(world: World) -> MemoryForge:
    return MemoryForge(world, MemorySource(world))


def patch(name: str) -> str:
    return f"environments/dev/deployments/{name}.yaml"


def pinned(source: Source, *names: str) -> str:
    """Return the title of the commit that pinned, by the names that a deployment has and had."""
    head = source.head()
    assert head
    return str(pinned_by(source, head, [patch(name) for name in names]).get("title"))


def test_who_pinned_a_model_is_found_through_renames(opened: Open, ada: Clone) -> None:
    source = Source(opened(), "main")
    ada.commit({patch("a"): "model: {trial: one}\n"}, "Begin")
    ada.commit({patch("a"): "model: {trial: two}\n"}, "Pin two")
    ada.commit({patch("a"): None, patch("b"): "model: {trial: two}\n"}, "Rename to b")
    ada.commit({patch("b"): None, patch("c"): "model:\n  trial: two\nretries: 1\n"}, "Rename to c")
    ada.push()
    source.repository.refresh()
    assert pinned(source, "c") == "Rename to c"
    assert pinned(source, "c", "b", "a") == "Pin two"
    assert pinned(source, "c", "never", "b") == "Rename to b"
    ada.commit({patch("c"): None, patch("d"): "model: {trial: three}\n"}, "Rename to d, and pin three")
    ada.push()
    source.repository.refresh()
    assert pinned(source, "d", "c", "b", "a") == "Rename to d, and pin three"
    assert pinned(source, "none", "a") == "None"
