"""Label Studio's exports: the JSON format, with whole tasks and annotations, and JSON-MIN, with answers alone.

See https://labelstud.io/guide/export. An answer is one label, or where it is asked for a set of them; one for each
region is refused.
"""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

import msgspec

from runners.contract import InputError
from runners.label.questions import Answer, Answered, Question
from runners.sources.failures import telling
from runners.sources.files import Found, content

_EXPORT = "export as JSON or JSON-MIN"


def read_label_studio(found: Found, question: Question) -> Iterator[Answered]:
    """Yield the tasks with an answer to a question from every export, in the order of the files.

    No more than one file is held at once, and of that the objects of one task.

    Raises:
        InputError: a file is no export, or no answer is to this question.
    """
    is_answered = False
    for path in found.paths:
        for task in _answered(found, path, question):
            is_answered = is_answered or not question.marks or any(answer.label != "[]" for answer in task.answers)
            yield task
    if not is_answered:
        raise _unanswered(found, question)


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
            data, answers = shown(task, question.name), tuple(of_minimum(task, question, named, source))
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
            annotator = annotator_told(annotation.get("completed_by"), source)
            given = str(annotation.get("updated_at") or annotation.get("created_at") or "")
            yield Answer(annotator, said.label, given, said.scale, annotation.get("ground_truth") is True)


def _data(task: Mapping[str, Any]) -> Mapping[str, Any]:
    told = task.get("data")
    return told if isinstance(told, dict) else {}


def of_minimum(task: Mapping[str, Any], question: Question, named: str, source: str) -> Iterator[Answer]:
    if said := question.in_value(task.get(question.name), named):
        given = str(task.get("updated_at") or task.get("created_at") or "")
        yield Answer(annotator_told(task.get("annotator"), source), said.label, given, said.scale)


def shown(task: Mapping[str, Any], question: str) -> Mapping[str, Any]:
    """Return what a task of JSON-MIN shows: its id is Label Studio's own, not the example's."""
    return {key: item for key, item in task.items() if key not in {"id", question}}


def annotator_told(told: Any, source: str) -> str:
    if isinstance(told, dict):
        told = next((told[key] for key in ("email", "username", "id") if told.get(key)), None)
    return PurePosixPath(source).stem if told is None else str(told)


def _unanswered(found: Found, question: Question) -> InputError:
    """Say which questions the exports do answer."""
    asked = sorted({name for path in found.paths for task in _tasks(found, path) for name in _questions(task)})
    near = get_close_matches(question.name, asked, 1)
    hint = f"; the nearest is {near[0]}" if near else f"; they answer {', '.join(asked[:10])}" if asked else ""
    return InputError(
        f"no annotation answers {question.name}{hint}",
        found.url,
        "set exports.question to the `from_name` of the control tag",
    )


def _questions(task: Mapping[str, Any]) -> Iterator[str]:
    for annotation in task.get("annotations") or ():
        results = [item for item in annotation.get("result") or () if isinstance(item, dict)]
        yield from (str(item["from_name"]) for item in results if item.get("from_name"))
