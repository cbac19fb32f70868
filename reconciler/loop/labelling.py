"""The changes of labelling projects: tasks are read from what a run has left, answers become a version.

A version of answers is made by the daemon alone, without a job: the tool's export as it is, and a result that tells of
what state it is. So labels can be merged anew when the tool is long gone.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from reconciler.disk import writing
from reconciler.loop.job_orders import result_of
from reconciler.model import label_changes as lc
from reconciler.model.errors import Refused, Transient
from reconciler.model.ids import CommitId
from reconciler.model.label_projects import SLOT, is_kept_back
from reconciler.ports.engines import Engines
from reconciler.ports.labelling import Labelling, ProjectOrder, Task
from reconciler.untrusted import parse, read
from runners.contract import formats
from runners.contract.files import ANSWERS, RESULT, answers_piece

MOST_PIECE = 64 * 2**20
"""Bytes of a piece of answers: a tool that knows no pieces gives them as one."""
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
        pieces = _tool(engines).answers(change.address, change.run.rpartition("/")[2])
        if pieces is None:
            raise Transient("the labelling tool is still making a snapshot of the answers", "it is asked for again")
        pulled = {"state": change.state, "answers": change.answers, "due": change.due}
        with tempfile.TemporaryDirectory(prefix="setpoint-") as place:
            spool = Spool.of(pieces, Path(place))
            spool.last = {RESULT: _result(spool, pulled, engines.clock.now().isoformat())}
            engines.data.open(change.run)
            metadata = {"run": change.run, "runner": "answers", "content": spool.content, "commit": commit}
            engines.data.commit(change.run, metadata, spool)
    engines.data.merge(change.run)


class Spool(Mapping[str, bytes]):
    """Answers on the disk, piece by piece, as files of a version: of all of them one is in memory at a time.

    `content` is the digest of the whole, `digests` those of the pieces by their names, `last` what else is kept.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str], content: str) -> None:
        self._folder = folder
        self.digests = digests
        self.content = content
        self.last: Mapping[str, bytes] = {}

    @classmethod
    def of(cls, pieces: Iterator[bytes], folder: Path) -> Self:
        """Write pieces into a folder: the only one as `ANSWERS`, of several each with its number behind that.

        Raises:
            Unavailable: the disk can't be written.
        """
        whole, digests = sha256(), dict[str, str]()
        with writing(folder):
            for number, piece in enumerate(pieces):
                name = answers_piece(number)
                (folder / name).write_bytes(piece)
                digests[name] = sha256(piece).hexdigest()
                whole.update(piece)
        if len(digests) == 1:
            (folder / answers_piece(0)).rename(folder / ANSWERS)
            digests = {ANSWERS: whole.hexdigest()}
        return cls(folder, digests, whole.hexdigest())

    def __getitem__(self, name: str) -> bytes:
        """Return a file."""
        return self.last[name] if name in self.last else read(self._folder / name, MOST_PIECE)

    def __iter__(self) -> Iterator[str]:
        """Go through the names, the result's last."""
        return iter([*self.digests, *self.last])

    def __len__(self) -> int:
        """Count the files."""
        return len(self.digests) + len(self.last)


def _result(spool: Spool, pulled: Mapping[str, Any], now: str) -> bytes:
    """Write the result of a run that had no job."""
    told = {
        "format": formats.RESULT,
        "accepted": True,
        "violations": [],
        "metrics": {"answers": pulled["answers"]},
        "facts": {"pulled": pulled},
        "files": {name: f"sha256:{digest}" for name, digest in spool.digests.items()},
        "content": spool.content,
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
