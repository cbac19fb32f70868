"""The changes of labelling projects: what a run has left becomes tasks, and answers become a version."""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from reconciler.loop import labelling
from reconciler.model.errors import Refused, Transient, Unavailable
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.label_changes import AddTasks, ConfigureProject, PullAnswers, RemoveTasks
from reconciler.ports.engines import Engines
from reconciler.ports.labelling import Labelling
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
    assert result["content"] == sha256(answers).hexdigest()
    assert json.loads(answers)[0]["annotations"][0]["completed_by"] == {"email": "ada@example.org"}
    world.room(LabellingRoom).answer("dev", MAILS, f"{ITEM}-1", "ben", "ham")
    labelling.pull(engines, pull(), COMMIT)
    assert engines.reader.read(ANSWERS, "answers.json") == answers


class Slow(MemoryLabelling):
    """A tool that is still at it."""

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        return None


class Much(MemoryLabelling):
    """A tool with more answers than fit into one piece."""

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        yield b'[{"id": 1},'
        yield b'{"id": 2}]'


class Breaking(Much):
    """A tool whose answers break off."""

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        yield b"["
        raise Unavailable("it broke off")


def with_tool(engines: Engines, tool: Labelling) -> Engines:
    return Engines(
        engines.data, engines.reader, engines.pool, engines.serving, engines.forge, engines.clock, labelling=tool
    )


def test_answers_that_are_too_many_for_one_file_are_kept_in_pieces(world: World, engines: Engines) -> None:
    labelling.pull(with_tool(engines, Much(world)), pull(), COMMIT)
    pieces = [engines.reader.read(ANSWERS, f"answers.json.0000{n}") for n in range(2)]
    result = json.loads(engines.reader.read(ANSWERS, "result.json"))
    assert json.loads(b"".join(pieces)) == [{"id": 1}, {"id": 2}]
    assert result["content"] == sha256(b"".join(pieces)).hexdigest()
    assert list(result["files"].values()) == [f"sha256:{sha256(piece).hexdigest()}" for piece in pieces]


def test_answers_that_break_off_are_no_version(world: World, engines: Engines) -> None:
    with pytest.raises(Unavailable):
        labelling.pull(with_tool(engines, Breaking(world)), pull(), COMMIT)
    assert ANSWERS not in engines.data.list().versions
    labelling.pull(with_tool(engines, Much(world)), pull(), COMMIT)
    assert ANSWERS in engines.data.list().versions


SAID = {"label": "spam", "score": 0.9, "result": [{"value": {"choices": ["spam"]}}]}


def test_a_share_of_tasks_keeps_back_what_a_model_says(world: World, engines: Engines) -> None:
    items = [f"{n:012x}" for n in range(400)]
    told = [{"item": item, "data": {"text": "t"}, "prediction": SAID} for item in items]
    left(world, engines, json.dumps(told).encode())
    begin(engines)
    change = replace(add(*(f"{item}-1" for item in items)), kept_back=0.25, model="experiments/x/1")
    labelling.add(engines, change)
    tasks = world.room(LabellingRoom).projects["dev", MAILS].tasks.values()
    kept = [task for task in tasks if task.kept_back]
    assert 70 < len(kept) < 130
    assert all(
        not task.prediction and task.kept_back == {"label": "spam", "version": "experiments/x/1"} for task in kept
    )
    shown = [task.prediction for task in tasks if not task.kept_back]
    assert shown[0] == {"model_version": "experiments/x/1", "result": SAID["result"], "score": 0.9}
    assert len(shown) + len(kept) == 400


@pytest.mark.parametrize(
    "said", [1, [], {"label": 1, "result": []}, {"label": "x"}, {**SAID, "score": 2}, {**SAID, "score": "1"}]
)
def test_a_prediction_may_be_anything(world: World, engines: Engines, said: Any) -> None:
    left(world, engines, json.dumps([{"item": ITEM, "data": {"text": "t"}, "prediction": said}]).encode())
    begin(engines)
    with pytest.raises(Refused, match="a prediction that is none"):
        labelling.add(engines, add(f"{ITEM}-1"))


def test_a_snapshot_that_isn_t_made_yet_is_asked_for_again(world: World, engines: Engines) -> None:
    slow = with_tool(engines, Slow(world))
    with pytest.raises(Transient, match="still making a snapshot"):
        labelling.pull(slow, pull(), COMMIT)
    assert ANSWERS not in engines.data.list().branches


def test_an_environment_without_a_tool_says_so(world: World) -> None:
    with pytest.raises(Refused, match="no labelling tool"):
        begin(stage.engines(world))
