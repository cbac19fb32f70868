"""The changes of labelling projects: what a run has left becomes tasks, and answers become a version."""

import json
from typing import Any

import pytest

from reconciler.loop import labelling
from reconciler.model.errors import Refused, Transient
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.label_changes import AddTasks, ConfigureProject, PullAnswers, RemoveTasks
from reconciler.ports.engines import Engines
from reconciler.providers.memory import MemoryLabelling, World
from reconciler.providers.memory.data import DataRoom
from reconciler.providers.memory.labelling import LabellingRoom
from tests.unit.reconciler import stage

MAILS, COMMIT = Address("labels/mails"), CommitId("c" * 40)
CHOSEN, ANSWERS = RunName(f"{MAILS}/{'1' * 12}"), RunName(f"{MAILS}/{'2' * 12}")
ITEM = "0123456789ab"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def engines(world: World) -> Engines:
    found = stage.engines(world)
    return Engines(
        found.data, found.reader, found.pool, found.serving, found.forge, found.clock, labelling=MemoryLabelling(world)
    )


def left(world: World, engines: Engines, content: bytes) -> None:
    engines.data.open(CHOSEN)
    world.room(DataRoom).write(CHOSEN, {"tasks/00000.json": content, "result.json": b"{}"})


def add(*names: str) -> AddTasks:
    return AddTasks(address=MAILS, chosen=CHOSEN, tasks=len(names), names=names, parts=("tasks/00000.json",))


def begin(engines: Engines) -> None:
    labelling.configure(engines, ConfigureProject(address=MAILS, title="mails", config="<View/>", guide="g"))


def test_tasks_show_what_was_chosen(world: World, engines: Engines) -> None:
    left(world, engines, json.dumps([{"item": ITEM, "data": {"text": "hello"}}]).encode())
    begin(engines)
    labelling.add(engines, add(f"{ITEM}-1", f"{ITEM}-2"))
    held = world.room(LabellingRoom).projects["dev", MAILS]
    assert {name: dict(task.data) for name, task in held.tasks.items()} == {
        f"{ITEM}-1": {"text": "hello"},
        f"{ITEM}-2": {"text": "hello"},
    }
    labelling.remove(engines, RemoveTasks(address=MAILS, tasks=1, names=(f"{ITEM}-2",)))
    assert list(held.tasks) == [f"{ITEM}-1"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no JSON", "is no JSON"),
        (b"{}", "has left nothing of 1 examples"),
        (b"[1]", "is no example"),
        (b'[{"item": "../x", "data": {}}]', "is no example"),
        (b'[{"item": "0123456789ab", "data": []}]', "is no example"),
        (json.dumps([{"item": ITEM, "data": {"text": "x" * 2**18}}]).encode(), "more than 128 KiB"),
        (b"[" * 100 + b"]" * 100, "nested"),
    ],
)
def test_what_a_run_has_left_may_be_anything(world: World, engines: Engines, content: bytes, why: str) -> None:
    left(world, engines, content)
    begin(engines)
    with pytest.raises(Refused, match=why):
        labelling.add(engines, add(f"{ITEM}-1"))


def pull(**more: Any) -> PullAnswers:
    return PullAnswers(address=MAILS, run=ANSWERS, **{"state": "s", "answers": 1, **more})


def test_answers_become_a_version_that_a_second_pull_leaves_as_it_is(world: World, engines: Engines) -> None:
    left(world, engines, json.dumps([{"item": ITEM, "data": {"text": "hello"}}]).encode())
    begin(engines)
    labelling.add(engines, add(f"{ITEM}-1"))
    world.room(LabellingRoom).answer("dev", MAILS, f"{ITEM}-1", "ada", "spam")
    labelling.pull(engines, pull(due="now"), COMMIT)
    assert engines.data.list().versions[ANSWERS].here
    answers = engines.reader.read(ANSWERS, "answers.json")
    result = json.loads(engines.reader.read(ANSWERS, "result.json"))
    assert result["facts"] == {"pulled": {"state": "s", "answers": 1, "due": "now"}}
    assert result["content"] == labelling.digest_of(answers)
    assert json.loads(answers)[0]["annotations"][0]["completed_by"] == {"email": "ada@example.org"}
    world.room(LabellingRoom).answer("dev", MAILS, f"{ITEM}-1", "ben", "ham")
    labelling.pull(engines, pull(), COMMIT)
    assert engines.reader.read(ANSWERS, "answers.json") == answers


class Slow(MemoryLabelling):
    """A tool that is still at it."""

    def answers(self, address: Address, name: str) -> bytes | None:
        return None


def test_a_snapshot_that_isn_t_made_yet_is_asked_for_again(world: World, engines: Engines) -> None:
    slow = Engines(
        engines.data, engines.reader, engines.pool, engines.serving, engines.forge, engines.clock, labelling=Slow(world)
    )
    with pytest.raises(Transient, match="still making a snapshot"):
        labelling.pull(slow, pull(), COMMIT)
    assert ANSWERS not in engines.data.list().branches


def test_an_environment_without_a_tool_says_so(world: World) -> None:
    with pytest.raises(Refused, match="no labelling tool"):
        begin(stage.engines(world))
