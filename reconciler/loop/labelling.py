"""The changes of labelling projects: tasks are read from what a run has left, answers become a version.

A version of answers is made by the daemon alone, without a job: the tool's export as it is, and a result that tells of
what state it is. So labels can be merged anew when the tool is long gone.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from reconciler.loop.job_orders import result_of
from reconciler.model import label_changes as lc
from reconciler.model.errors import Refused, Transient
from reconciler.model.ids import CommitId
from reconciler.model.label_projects import SLOT, is_kept_back
from reconciler.ports.engines import Engines
from reconciler.ports.labelling import Labelling, ProjectOrder, Task
from reconciler.untrusted import parse
from runners.contract import formats
from runners.contract.files import ANSWERS, RESULT

MOST_DATA = 2**17
"""Bytes of what people are shown of one example."""


def configure(engines: Engines, change: lc.ConfigureProject) -> None:
    """Make a project, or give one what it asks and tells."""
    _tool(engines).configure(ProjectOrder(change.address, change.title, change.config, change.guide))


def add(engines: Engines, change: lc.AddTasks) -> None:
    """Add tasks, with what a run has left of their examples.

    Raises:
        Refused: it has left something else.
    """
    shown = dict(_shown(engines, change))
    missing = [name for name in change.names if name.partition("-")[0] not in shown]
    if missing:
        raise Refused(f"{change.chosen} has left nothing of {len(missing)} examples that it chose", "run it again")
    tasks = [_task(name, *shown[name.partition("-")[0]], change) for name in change.names]
    _tool(engines).add(change.address, tasks)


def _task(name: str, data: Mapping[str, Any], said: Mapping[str, Any], change: lc.AddTasks) -> Task:
    """Return a task: with what a model says of it, or with that kept back from who answers."""
    if not said:
        return Task(name, data)
    if is_kept_back(name, change.kept_back):
        return Task(name, data, kept_back={"label": said["label"], "version": change.model})
    score = {} if said.get("score") is None else {"score": said["score"]}
    return Task(name, data, {"model_version": change.model, "result": said["result"], **score})


def remove(engines: Engines, change: lc.RemoveTasks) -> None:
    """Take tasks away that nobody has answered."""
    _tool(engines).remove(change.address, change.names)


def pull(engines: Engines, change: lc.PullAnswers, commit: CommitId) -> None:
    """Keep the answers of a project as a version; one that is there stays as it is.

    Raises:
        Transient: the tool is still putting them together.
    """
    if result_of(engines.reader, change.run) is None:
        content = _tool(engines).answers(change.address, change.run.rpartition("/")[2])
        if content is None:
            raise Transient("the labelling tool is still making a snapshot of the answers", "it is asked for again")
        pulled = {"state": change.state, "answers": change.answers, "due": change.due}
        files = {ANSWERS: content, RESULT: _result(content, pulled, engines.clock.now().isoformat())}
        engines.data.open(change.run)
        metadata = {"run": change.run, "runner": "answers", "content": digest_of(content), "commit": commit}
        engines.data.commit(change.run, metadata, files)
    engines.data.merge(change.run)


def digest_of(content: bytes) -> str:
    """Return the digest of answers, by which a merge of labels is named."""
    return sha256(content).hexdigest()


def _result(content: bytes, pulled: Mapping[str, Any], now: str) -> bytes:
    """Write the result of a run that had no job."""
    told = {
        "format": formats.RESULT,
        "accepted": True,
        "violations": [],
        "metrics": {"answers": pulled["answers"]},
        "facts": {"pulled": pulled},
        "files": {ANSWERS: f"sha256:{digest_of(content)}"},
        "content": digest_of(content),
        "provenance": {"finished_at": now},
    }
    return json.dumps(told, indent=1).encode()


def _tool(engines: Engines) -> Labelling:
    if engines.labelling is None:
        raise Refused("this environment has no labelling tool", "name one as `labelling` in environment.yaml")
    return engines.labelling


def _shown(engines: Engines, change: lc.AddTasks) -> Iterator[tuple[str, tuple[Mapping[str, Any], Mapping[str, Any]]]]:
    """Read what people are shown of examples and what a model says, which a job has left and which may be anything.

    Raises:
        Refused: it is something else.
    """
    for path in change.parts:
        try:
            told = parse(engines.reader.read(change.chosen, path))
        except ValueError as error:
            raise Refused(f"{path} of {change.chosen} is no JSON that is read here: {error}") from error
        for one in told if isinstance(told, list) else ():
            item, data = (one.get("item"), one.get("data")) if isinstance(one, dict) else (None, None)
            if not isinstance(data, dict) or not SLOT.fullmatch(f"{item}-1"):
                raise Refused(f"{path} of {change.chosen} holds something that is no example", "see the choose runner")
            said = one.get("prediction", {})
            if not _is_prediction(said):
                raise Refused(f"{path} of {change.chosen} holds a prediction that is none", "see the choose runner")
            if len(json.dumps([data, said])) > MOST_DATA:
                raise Refused(f"{path} of {change.chosen} shows more than {MOST_DATA // 2**10} KiB of one example")
            yield str(item), (data, said)


def _is_prediction(said: Any) -> bool:
    """Tell whether something is what a model says of an example, or nothing."""
    if said == {}:
        return True
    if not isinstance(said, dict) or not isinstance(said.get("label"), str) or not isinstance(said.get("result"), list):
        return False
    return said.get("score") is None or (isinstance(said["score"], int | float) and 0 <= said["score"] <= 1)
