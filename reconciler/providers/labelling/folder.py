"""Labelling by files: what people are to be asked lies in a folder, and what they answered is put beside it.

    <name>/project.json     what is asked and told
    <name>/config.xml       the labelling configuration, to be pasted into any Label Studio
    <name>/guide.md         what people are told
    <name>/tasks.json       the tasks, to be imported there
    <name>/answers/*.json   what was exported there as JSON: a file for each person or project

Nothing has to be installed for that, and everything can be done by hand, or by a script in a test.
"""

import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.disk import writing
from reconciler.model.errors import Missing, Refused
from reconciler.model.ids import NAME, Address, digest
from reconciler.model.label_projects import Asked, LabelProject
from reconciler.model.label_tools import LabelTool
from reconciler.ports.labelling import PIECE, ProjectOrder, Task
from reconciler.providers.labelling.task_files import (
    ANSWERS,
    LARGEST,
    PROJECT,
    TASKS,
    Document,
    answer_files,
    answers_to,
    name_of,
    project_in,
    put,
    tasks_in,
)
from reconciler.untrusted import read
from runners.contract.mistakes import shown


class LabelFolder:
    """Projects as folders.

    Args:
        folder: where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> Mapping[Address, LabelProject]:
        """List the projects with all their tasks.

        Raises:
            Unavailable: a folder or a file can't be read.
        """
        names = sorted(path.name for path in self._folder.iterdir()) if self._folder.is_dir() else []
        found = {name: self._read(self._folder / name) for name in names if NAME.fullmatch(name)}
        return {Address(f"labels/{name}"): project for name, project in found.items() if project is not None}

    def configure(self, order: ProjectOrder) -> None:
        """Make a project, or give the one that is there what is asked and told."""
        place = self.place(order.address)
        with writing(place):
            (place / ANSWERS).mkdir(parents=True, exist_ok=True)
            put(place / "config.xml", order.config)
            put(place / "guide.md", order.guide)
            put(place / PROJECT, json.dumps({"title": order.title, "config": order.config, "guide": order.guide}))

    def add(self, address: Address, tasks: Sequence[Task]) -> None:
        """Add the tasks of which there are none of that name.

        Raises:
            Refused: there is no such project.
        """
        place = self._demanded(address)
        held = tasks_in(place / TASKS)
        names = {name_of(task) for task in held}
        new = [_document(task) for task in tasks if task.name not in names]
        with writing(place):
            put(place / TASKS, json.dumps([*held, *new], indent=0))

    def remove(self, address: Address, names: Collection[str]) -> None:
        """Take tasks away that nobody has answered, whether or not they are there; one with an answer stays."""
        place = self.place(address)
        if not (place / PROJECT).is_file():
            return
        answered = {name_of(task) for task in _answered(place) if answers_to(task)}
        wanted = set(names) - answered
        with writing(place):
            put(place / TASKS, json.dumps([one for one in tasks_in(place / TASKS) if name_of(one) not in wanted]))

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:  # noqa: ARG002 - files need no snapshot
        """Return all answered tasks, of all files, one file after the other.

        Raises:
            Refused: there is no such project, or a file can't be read.
        """
        return _pieces(self._demanded(address))

    def health(self) -> LabelTool:
        """Tell where the folder is: files have no version, and nobody has to be known to them."""
        return LabelTool(where=f"the folder {self._folder}")

    def leave(self) -> None:
        """Take the environment's projects away, with all that was answered in them.

        Raises:
            Unavailable: the disk can't be written.
        """
        with writing(self._folder):
            if self._folder.is_dir():
                shutil.rmtree(self._folder)

    def place(self, address: Address) -> Path:
        """Return the folder of a project, whether or not it is there.

        Raises:
            Refused: no project can be called so.
        """
        name = address.partition("/")[2]
        if not NAME.fullmatch(name):
            raise Refused(f"{shown(address)} is no name of labels")
        return self._folder / name

    def _demanded(self, address: Address) -> Path:
        place = self.place(address)
        if not (place / PROJECT).is_file():
            raise Missing(f"{place} holds no project", "it is made anew in the next pass")
        return place

    def _read(self, place: Path) -> LabelProject | None:
        """Read a project; None where the folder holds none."""
        told = project_in(place)
        if told is None:
            return None
        config, guide = (str(told.get(name, "")) for name in ("config", "guide"))
        tasks = {name: 0 for task in tasks_in(place / TASKS) if (name := name_of(task))}
        strangers, used = 0, dict[str, dict[str, int]]()
        for task in _answered(place):
            name = name_of(task)
            if name not in tasks:
                strangers += 1
                continue
            for answer in answers_to(task):
                tasks[name] += 1
                _count(answer, used)
        asked = {name: Asked(answers) for name, answers in tasks.items()}
        whole = [read(path, LARGEST) for path in (place / TASKS, *answer_files(place)) if path.exists()]
        state = digest([str(place), [digest(content.decode("utf-8", "replace")) for content in whole]])
        return LabelProject(str(place), place.as_uri(), config, guide, asked, strangers, used, state)


def _answered(place: Path) -> Iterator[Document]:
    """Yield the tasks of all files of answers."""
    for path in answer_files(place):
        yield from tasks_in(path)


def _pieces(place: Path) -> Iterator[bytes]:
    """Yield the answered tasks as one list in JSON, file by file and no more than fits into a piece."""
    before, piece = b"[", bytearray()
    for path in answer_files(place):
        for task in tasks_in(path):
            if not answers_to(task):
                continue
            told = before + json.dumps(dict(task)).encode()
            before = b","
            if len(piece) + len(told) > PIECE:
                yield bytes(piece)
                piece.clear()
            piece += told
    yield bytes(piece) + (b"[]" if before == b"[" else b"]")


def _count(answer: Document, used: dict[str, dict[str, int]]) -> None:
    """Count the labels that an annotation gives."""
    for result in answer.get("result") or ():
        value = result.get("value") if isinstance(result, dict) else None
        if not isinstance(value, dict) or not isinstance(result.get("from_name"), str):
            continue
        counts = used.setdefault(result["from_name"], {})
        for label in (label for labels in value.values() if isinstance(labels, list) for label in labels):
            if isinstance(label, str):
                counts[label] = counts.get(label, 0) + 1


def _document(task: Task) -> dict[str, Any]:
    told = {"data": dict(task.data), "meta": dict(task.meta)}
    return {**told, "predictions": [dict(task.prediction)]} if task.prediction else told
