"""Label Studio's exports: the JSON format, with whole tasks and annotations, and JSON-MIN, with answers alone.

See https://labelstud.io/guide/export. An answer is one label: several choices at once, or one for each region, are
refused.
"""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from runners.contract import InputError
from runners.label.answer import said_at_least, said_in
from runners.label.parameters import Exports
from runners.label.scales import Scale
from runners.sources.failures import telling
from runners.sources.files import Found, content, find


class Answer(NamedTuple):
    """What one annotator said of one task. `given` sorts an annotator's answers by time, the last one counts.

    `is_truth` tells that the annotation is marked as the ground truth of its task.
    """

    task: str
    data: Mapping[str, Any]
    annotator: str
    label: str
    given: str
    scale: Scale = "nominal"
    is_truth: bool = False


def read_exports(exports: Exports) -> list[Answer]:
    """Read the answers to one question from every export, in the order of the files.

    Where every file tells of one and the same annotator (each person had a Label Studio of their own, where everybody
    is user 1), the names of the files tell them apart.

    Raises:
        InputError: nothing is there, a file is no export, or no answer is to this question.
        SourceUnavailable: the exports are out of reach.
    """
    found = find(exports.url, "label-studio")
    by_file = {found.name(path): list(_answers(found, path, exports.question)) for path in found.paths}
    answers = [answer for part in by_file.values() for answer in part]
    if not answers:
        raise _unanswered(found, exports)
    people = [{answer.annotator for answer in part} for part in by_file.values()]
    if len(by_file) > 1 and all(part == people[0] and len(part) == 1 for part in people):
        return [a._replace(annotator=PurePosixPath(name).stem) for name, part in by_file.items() for a in part]
    return answers


def _answers(found: Found, path: str, question: str) -> Iterator[Answer]:
    name = found.name(path)
    for index, task in enumerate(_tasks(found, path)):
        where = f"{name}[{index}]"
        if not isinstance(task, dict):
            raise InputError("this is no task of Label Studio", where, "export as JSON or JSON-MIN")
        yield from _of_task(task, question, where) if "annotations" in task else _of_minimum(task, question, where)


def _tasks(found: Found, path: str) -> list[Any]:
    name = found.name(path)
    with telling(name):
        text = content(found, path, name)
    try:
        tasks = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", name, "export the project as JSON") from error
    if not isinstance(tasks, list):
        raise InputError("this is no list of tasks", name, "export as JSON or JSON-MIN")
    return tasks


def _of_task(task: Mapping[str, Any], question: str, where: str) -> Iterator[Answer]:
    for annotation in task["annotations"] or ():
        if not isinstance(annotation, dict):
            raise InputError("this task has an annotation that is no object", where, "export as JSON or JSON-MIN")
        if annotation.get("was_cancelled"):
            continue
        results = [item for item in annotation.get("result") or () if isinstance(item, dict)]
        named = f"{where} task {task.get('id', '?')}"
        if said := said_in(results, question, named):
            annotator = _annotator(annotation.get("completed_by"), where)
            given = str(annotation.get("updated_at") or annotation.get("created_at") or "")
            is_truth = annotation.get("ground_truth") is True
            yield Answer(named, _data(task), annotator, said.label, given, said.scale, is_truth)


def _data(task: Mapping[str, Any]) -> Mapping[str, Any]:
    told = task.get("data")
    return told if isinstance(told, dict) else {}


def _of_minimum(task: Mapping[str, Any], question: str, where: str) -> Iterator[Answer]:
    named = f"{where} task {task.get('id', '?')}"
    said = said_at_least(task.get(question), question, named)
    if said is None:
        return
    given = str(task.get("updated_at") or task.get("created_at") or "")
    hidden = {"id", question}  # the id is Label Studio's own, not the example's
    data = {key: item for key, item in task.items() if key not in hidden}
    yield Answer(named, data, _annotator(task.get("annotator"), where), said.label, given, said.scale)


def _annotator(told: Any, where: str) -> str:
    if isinstance(told, dict):
        told = next((told[key] for key in ("email", "username", "id") if told.get(key)), None)
    if told is None:
        return PurePosixPath(where.rsplit("[", 1)[0]).stem
    return str(told)


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
