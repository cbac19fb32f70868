"""The files of a labelling folder: tasks, answers and the project, as anybody may have written them.

See `folder.py` for which they are. Who writes one puts it in the place of the former as a whole.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.label_projects import IDENTIFIER, SLOT
from reconciler.untrusted import parse, read

LARGEST = 64 * 2**20
"""Bytes of a file of tasks or answers."""
PROJECT, TASKS, ANSWERS = "project.json", "tasks.json", "answers"
Document = Mapping[str, Any]


def project_in(place: Path) -> Document | None:
    """Return what a project asks and tells; None where the folder holds none.

    Raises:
        Unavailable: it can't be read.
    """
    path = place / PROJECT
    try:
        told = parse(read(path, below=place.parent))
    except FileNotFoundError:
        return None
    except (ValueError, Refused, OSError) as error:
        raise Unavailable(f"{path} can't be read: {error}", "mend it, or remove it") from error
    return told if isinstance(told, dict) else {}


def answer_files(place: Path) -> Sequence[Path]:
    """Return the files of answers of a project."""
    return sorted((place / ANSWERS).glob("*.json"))


def tasks_in(path: Path) -> Sequence[Document]:
    """Return the tasks in a file; none where it isn't there.

    Raises:
        Unavailable: it holds something else.
    """
    try:
        told = parse(read(path, LARGEST))
    except FileNotFoundError:
        return []
    except (ValueError, Refused, OSError) as error:
        raise Unavailable(f"{path} can't be read: {error}", "mend it, or remove it") from error
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Unavailable(f"{path} is no list of tasks", "export the project as JSON")
    return told


def name_of(task: Document) -> str:
    """Return the external identifier of a task; empty where it has none of ours."""
    meta = task.get("meta")
    name = meta.get(IDENTIFIER) if isinstance(meta, dict) else None
    return name if isinstance(name, str) and SLOT.fullmatch(name) else ""


def answers_to(task: Document) -> Sequence[Document]:
    """Return a task's annotations that aren't skipped."""
    told = task.get("annotations")
    found = told if isinstance(told, list) else []
    return [one for one in found if isinstance(one, dict) and not one.get("was_cancelled")]


def put(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
