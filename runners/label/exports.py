"""Label Studio's exports: the JSON format, with whole tasks and annotations, and JSON-MIN, with answers alone.

See https://labelstud.io/guide/export. An answer is one label, or where it is asked for a set of them; one for each
region is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from runners.contract import InputError
from runners.label.answer import Said, said_at_least, said_in, set_in, set_said
from runners.label.parameters import Exports
from runners.label.scales import Scale
from runners.sources.failures import telling
from runners.sources.files import Found, content, find

_EXPORT = "export as JSON or JSON-MIN"


class Answer(NamedTuple):
    """What one annotator said of a task. `given` sorts an annotator's answers by time, the last one counts.

    `is_truth` tells that the annotation is marked as the ground truth of its task.
    """

    annotator: str
    label: str
    given: str
    scale: Scale = "nominal"
    is_truth: bool = False


class Answered(NamedTuple):
    """A task, what it shows, and what was said of it; `source` is the name of the file that tells."""

    name: str
    source: str
    data: Mapping[str, Any]
    answers: tuple[Answer, ...]


class Question(NamedTuple):
    """What is asked, and whether an answer is a set of labels."""

    name: str
    has_sets: bool = False

    def in_results(self, results: Sequence[Mapping[str, Any]], where: str) -> Said | None:
        """Return what an annotation's results say to it."""
        return (set_in if self.has_sets else said_in)(results, self.name, where)

    def in_value(self, value: Any, where: str) -> Said | None:
        """Return what the short form says to it."""
        return (set_said if self.has_sets else said_at_least)(value, self.name, where)


def read_exports(exports: Exports, *, has_sets: bool = False) -> Iterator[Answered]:
    """Yield the tasks with an answer to one question from every export, in the order of the files.

    No more than one file is held at once, and of that the objects of one task.

    Args:
        exports: where they are, and what was asked.
        has_sets: whether an answer is a set of labels.

    Raises:
        InputError: nothing is there, a file is no export, or no answer is to this question.
        SourceUnavailable: the exports are out of reach.
    """
    found = find(exports.url, "label-studio")
    is_answered = False
    for path in found.paths:
        for task in _answered(found, path, Question(exports.question, has_sets)):
            is_answered = True
            yield task
    if not is_answered:
        raise _unanswered(found, exports)


def _answered(found: Found, path: str, question: Question) -> Iterator[Answered]:
    source = found.name(path)
    for index, task in enumerate(_tasks(found, path)):
        where = f"{source}[{index}]"
        if not isinstance(task, dict):
            raise InputError("this is no task of Label Studio", where, _EXPORT)
        named = f"{where} task {task.get('id', '?')}"
        if "annotations" in task:
            data, answers = _data(task), tuple(_of_task(task, question, named, source))
        else:
            data, answers = _shown(task, question.name), tuple(_of_minimum(task, question, named, source))
        if answers:
            yield Answered(named, source, data, answers)


def _tasks(found: Found, path: str) -> Iterator[Any]:
    """Yield the tasks of a file, each decoded when it is asked for."""
    name = found.name(path)
    with telling(name):
        text = content(found, path, name)
    try:
        for raw in msgspec.json.decode(_utf8(text), type=list[msgspec.Raw]):
            yield msgspec.json.decode(raw)
    except msgspec.ValidationError as error:
        raise InputError("this is no list of tasks", name, _EXPORT) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", name, "export the project as JSON") from error


def _utf8(text: bytes) -> bytes:
    """Return JSON in UTF-8, in whichever encoding of Unicode it is."""
    encoding = json.detect_encoding(text)
    return text if encoding == "utf-8" else text.decode(encoding).encode()


def _of_task(task: Mapping[str, Any], question: Question, named: str, source: str) -> Iterator[Answer]:
    for annotation in task["annotations"] or ():
        if not isinstance(annotation, dict):
            where = named.partition(" task ")[0]
            raise InputError("this task has an annotation that is no object", where, _EXPORT)
        if annotation.get("was_cancelled"):
            continue
        results = [item for item in annotation.get("result") or () if isinstance(item, dict)]
        if said := question.in_results(results, named):
            annotator = _annotator(annotation.get("completed_by"), source)
            given = str(annotation.get("updated_at") or annotation.get("created_at") or "")
            yield Answer(annotator, said.label, given, said.scale, annotation.get("ground_truth") is True)


def _data(task: Mapping[str, Any]) -> Mapping[str, Any]:
    told = task.get("data")
    return told if isinstance(told, dict) else {}


def _of_minimum(task: Mapping[str, Any], question: Question, named: str, source: str) -> Iterator[Answer]:
    if said := question.in_value(task.get(question.name), named):
        given = str(task.get("updated_at") or task.get("created_at") or "")
        yield Answer(_annotator(task.get("annotator"), source), said.label, given, said.scale)


def _shown(task: Mapping[str, Any], question: str) -> Mapping[str, Any]:
    """Return what a task of JSON-MIN shows: its id is Label Studio's own, not the example's."""
    return {key: item for key, item in task.items() if key not in {"id", question}}


def _annotator(told: Any, source: str) -> str:
    if isinstance(told, dict):
        told = next((told[key] for key in ("email", "username", "id") if told.get(key)), None)
    return PurePosixPath(source).stem if told is None else str(told)


def _unanswered(found: Found, exports: Exports) -> InputError:
    """Say which questions the exports do answer."""
    asked = sorted({name for path in found.paths for task in _tasks(found, path) for name in _questions(task)})
    near = get_close_matches(exports.question, asked, 1)
    hint = f"; the nearest is {near[0]}" if near else f"; they answer {', '.join(asked[:10])}" if asked else ""
    return InputError(
        f"no annotation answers {exports.question}{hint}",
        exports.url,
        "set exports.question to the `from_name` of the control tag",
    )


def _questions(task: Mapping[str, Any]) -> Iterator[str]:
    for annotation in task.get("annotations") or ():
        results = [item for item in annotation.get("result") or () if isinstance(item, dict)]
        yield from (str(item["from_name"]) for item in results if item.get("from_name"))
