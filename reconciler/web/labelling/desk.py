"""A person's desk: the tasks of a project that nobody has answered, and what this person answered, in a file of theirs.

Nobody sees what another has said: of others' files it is counted alone which tasks are answered. Who answered one task
of an example gets no other one of it, and each person begins at another place, so that two seldom answer the same.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconciler.disk import writing
from reconciler.model.errors import Missing, Refused, Unavailable
from reconciler.providers.labelling import task_files
from reconciler.web.labelling.answers import Result

LONGEST_NAME = 200
_EMBEDDED = "data:"


@dataclass(frozen=True, slots=True)
class Count:
    """How far a project is: tasks, those that somebody answered, those that this person did, and skipped."""

    tasks: int
    answered: int
    own: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of a person.

    Attributes:
        place: the project's folder.
        person: who labels, as answers name them: an e-mail address, or a name.
    """

    place: Path
    person: str

    @property
    def file(self) -> Path:
        """Return the file of this person's answers: a name of their own, whatever characters the person's has."""
        readable = "".join(char if char.isalnum() and char.isascii() else "-" for char in self.person)[:40].strip("-")
        return self.place / task_files.ANSWERS / f"{readable}-{sha256(self.person.encode()).hexdigest()[:8]}.json"

    def project(self) -> Mapping[str, Any]:
        """Return the project: its `title`, `config` and `guide`.

        Raises:
            Missing: there is none.
            Unavailable: it can't be read.
        """
        told = task_files.project_in(self.place)
        if told is None:
            raise Missing(f"{self.place} holds no project", "the daemon makes it: is it running?")
        return told

    def tasks(self) -> dict[str, task_files.Document]:
        """Return all tasks by their names."""
        found = _tasks_in(self.place / task_files.TASKS)
        return {name: task for task in found if (name := task_files.name_of(task))}

    def own(self) -> dict[str, task_files.Document]:
        """Return this person's answers, the newest of each task, by its name."""
        return {task_files.name_of(task): task for task in _tasks_in(self.file)}

    def count(self) -> Count:
        """Return how far the project is."""
        tasks, own = self.tasks(), self.own()
        given = sum(bool(task_files.answers_to(task)) for task in own.values())
        return Count(len(tasks), len(self._answered() & tasks.keys()), given, len(own) - given)

    def next(self) -> str | None:
        """Return the name of the task that this person is to answer next; None where there is none."""
        own = {name.partition("-")[0] for name in self.own()}
        done, tasks = self._answered(), self.tasks()
        waiting = [name for name in tasks if name not in done and name.partition("-")[0] not in own]
        return min(waiting, key=self._lot, default=None)

    def results(self, name: str) -> Sequence[Any]:
        """Return what this person answered to a task; nothing where that was skipped or not answered."""
        given = task_files.answers_to(self.own().get(name, {}))
        told = given[-1].get("result") if given else None
        return told if isinstance(told, list) else ()

    def save(self, name: str, results: Sequence[Result], now: datetime, *, seconds: float, skipped: bool) -> None:
        """Put an answer in this person's file, in place of a former one of the task.

        Args:
            name: the task's.
            results: Label Studio's; none where it is skipped.
            now: when that was.
            seconds: how long it took.
            skipped: the person gives no answer, and another one is to be asked.

        Raises:
            Missing: there is no such task.
            Unavailable: the file can't be read or written.
        """
        task = self.tasks().get(name)
        if task is None:
            raise Missing(f"there is no task {name} any more", "go on with the next one")
        said = {
            "completed_by": {"email": self.person},
            "result": list(results),
            "was_cancelled": skipped,
            "ground_truth": False,
            "lead_time": round(seconds, 1),
            "created_at": now.isoformat(),
            "updated_at": now.isoformat(),
        }
        with writing(self.file), self._alone():
            kept = [one for one in _tasks_in(self.file) if task_files.name_of(one) != name]
            task_files.put(self.file, json.dumps([*kept, {**_lean(task), "annotations": [said]}]))

    def _answered(self) -> set[str]:
        """Return the names of the tasks that anybody has answered."""
        found = (one for path in task_files.answer_files(self.place) for one in _tasks_in(path))
        return {task_files.name_of(one) for one in found if task_files.answers_to(one)}

    def _lot(self, name: str) -> tuple[int, str]:
        """Order tasks: first slots first, and within them by a lot of the person's own."""
        slot = int(name.partition("-")[2])
        return slot, sha256(f"{self.person} {name}".encode()).hexdigest()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep another page of this person from writing meanwhile."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def desk_of(place: Path, person: str) -> Desk:
    """Return a person's desk.

    Raises:
        Refused: nobody is named so.
        Missing: the project isn't there.
        Unavailable: it can't be read.
    """
    name = person.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Refused("nobody is told to label", "give --as, a name or an e-mail address of one line")
    desk = Desk(place, name)
    try:
        desk.project()
    except OSError as error:
        raise Unavailable(f"{place} can't be read: {error.strerror or error}", "check the folder's rights") from error
    return desk


def _tasks_in(path: Path) -> Sequence[task_files.Document]:
    """Return the tasks in a file, which is read again when it is another one: with pictures it may be large."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return ()
    return _read(path, (told.st_ino, told.st_mtime_ns, told.st_size))


@lru_cache(maxsize=64)
def _read(path: Path, _state: tuple[int, ...]) -> Sequence[task_files.Document]:
    return task_files.tasks_in(path)


def _lean(task: task_files.Document) -> dict[str, Any]:
    """Return a task without files that stand in it: answers are found again by their identifiers."""
    data = task.get("data")
    told = data if isinstance(data, dict) else {}
    kept = {key: value for key, value in told.items() if not (isinstance(value, str) and value.startswith(_EMBEDDED))}
    return {**task, "data": kept}
