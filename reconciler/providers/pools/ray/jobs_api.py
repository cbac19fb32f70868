"""Ray's Jobs API over HTTP: list, submit, stop, delete, logs; and the cluster's nodes.

Law of the file: an answer is whole and understood, or it is an error. Nothing is retried here.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, TypeAdapter, ValidationError

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.fairness.amounts import Amounts

LIMIT: Final = 64 * 2**20
"""Bytes of an answer that are read at the most."""
TAIL: Final = 2 * 2**20
"""Bytes of a log, as JSON, that are kept of a longer one."""
PENDING, RUNNING, STOPPED, SUCCEEDED, FAILED = "PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"
NO_ROOM = ("JOB_SUPERVISOR_ACTOR_START_TIMEOUT", "JOB_SUPERVISOR_ACTOR_UNSCHEDULABLE")
"""Types of errors by which the cluster says that no node had room for a job."""


class ClusterJob(BaseModel):
    """A job as the cluster lists it. Times are milliseconds since 1970; the start is when it was taken."""

    type: str
    submission_id: str | None = None
    status: str
    message: str | None = None
    error_type: str | None = None
    start_time: int | None = None
    end_time: int | None = None
    metadata: dict[str, str] | None = None
    driver_exit_code: int | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self.status in (STOPPED, SUCCEEDED, FAILED)


class _Node(BaseModel):
    state: str
    resources_total: dict[str, float] = {}


_JOBS = TypeAdapter(list[ClusterJob])
_NODES = TypeAdapter(list[_Node])


@dataclass(frozen=True, slots=True)
class JobsApi:
    """One cluster's Jobs API.

    Args:
        address: the dashboard's, `http://host:8265`.
        headers: what every request carries; never shown.
        patience: seconds that a silent cluster is waited for.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    patience: float = 10.0

    def list(self) -> Sequence[ClusterJob]:
        """List all jobs that were submitted to the cluster.

        Raises:
            Unavailable: the cluster doesn't answer, or not with a whole list.
        """
        found = self._read(_JOBS, "/api/jobs/", lambda told: told)
        return [job for job in found if job.type == "SUBMISSION"]

    def submit(self, submission: Mapping[str, Any]) -> None:
        """Submit a job, unless one of its id is there already.

        Raises:
            Refused: the cluster says that the submission is wrong.
            Unavailable: it doesn't answer, or can't take it now.
        """
        status, text = self._call("POST", "/api/jobs/", submission)
        name = submission["submission_id"]
        if (status < 300 and name.encode() in text) or self._call("GET", _path(name))[0] == 200:
            return
        said = _last_line(text)
        if status in _WRONG:
            raise Refused(f"the cluster refuses the job: {said}", "look at the pool's options in environment.yaml")
        if status >= 500:
            raise Unavailable(f"the Ray cluster at {self.address} can't take the job now: HTTP {status}: {said}")
        self._check(status, text)
        raise self._odd()

    def stop(self, submission_id: str) -> None:
        """Ask a job to end; what isn't there, or has ended, is left alone.

        Raises:
            Unavailable: the cluster doesn't answer, or not so.
        """
        self._change("POST", f"{_path(submission_id)}/stop")

    def delete(self, submission_id: str) -> None:
        """Let the cluster forget a job that has ended.

        Raises:
            Unavailable: the cluster doesn't answer, or the job goes on.
        """
        self._change("DELETE", _path(submission_id))

    def logs(self, submission_id: str) -> str:
        """Return what a job has printed; of much, the end; of a job that isn't there, nothing.

        Raises:
            Unavailable: the cluster doesn't answer, or not so.
        """
        pieces: deque[bytes] = deque()
        size = left_out = 0
        with self._answer("GET", f"{_path(submission_id)}/logs") as answer:
            if answer.status == 404:
                return ""
            self._check(answer.status, b"")
            while piece := answer.read(2**16):
                pieces.append(piece)
                size += len(piece)
                while size - len(pieces[0]) > TAIL:
                    left_out += len(pieces[0])
                    size -= len(pieces.popleft())
        try:
            return _text_of(b"".join(pieces), is_whole=not left_out)
        except (ValueError, KeyError, TypeError) as error:
            raise self._odd() from error

    def nodes(self) -> Sequence[Amounts]:
        """Return what each living node of the cluster has in all.

        Raises:
            Unavailable: the cluster doesn't answer, or not so.
        """
        found = self._read(_NODES, "/api/v0/nodes", lambda told: told["data"]["result"]["result"])
        totals = [node.resources_total for node in found if node.state == "ALIVE"]
        return [Amounts(has.get("CPU", 0), has.get("memory", 0), has.get("GPU", 0)) for has in totals]

    def _read(self, kind: TypeAdapter[Any], path: str, part: Any) -> Any:
        status, text = self._call("GET", path)
        self._check(status, text)
        try:
            return kind.validate_python(part(json.loads(text)))
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise self._odd() from error

    def _change(self, method: str, path: str) -> None:
        status, text = self._call(method, path)
        if status != 404:
            self._check(status, text)

    def _check(self, status: int, text: bytes) -> None:
        if status in (401, 403):
            what = f"the Ray cluster at {self.address} lets nobody in without a valid token: HTTP {status}"
            raise Unavailable(what, "say pool: {token: '${secret:NAME}'} and set SETPOINT_SECRET_NAME for the daemon")
        if status >= 300:
            raise Unavailable(f"the Ray cluster at {self.address} answers with HTTP {status}: {_last_line(text)}")

    def _odd(self) -> Unavailable:
        return Unavailable(
            f"the Ray cluster at {self.address} gave half an answer, or one that isn't understood",
            "look whether it is the dashboard of a Ray cluster that is at this address",
        )

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        with self._answer(method, path, body) as answer:
            text = answer.read(LIMIT + 1)
            if len(text) > LIMIT:
                what = f"the Ray cluster at {self.address} answers with more than {LIMIT >> 20} MiB"
                raise Unavailable(what, "delete old jobs that Setpoint didn't submit: `ray job delete`")
            return answer.status, text

    @contextmanager
    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Iterator[HTTPResponse]:
        parts = urlsplit(self.address)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        with closing(kind(parts.netloc, timeout=self.patience)) as connection:
            try:
                text = json.dumps(body).encode() if body is not None else None
                headers = {"Content-Type": "application/json", **self.headers}
                connection.request(method, parts.path.rstrip("/") + path, text, headers)
                yield connection.getresponse()
            except Unavailable:
                raise
            except (OSError, HTTPException) as error:
                raise Unavailable(
                    f"the Ray cluster at {self.address} doesn't answer: {_why(error)}",
                    "look whether it runs, and whether its dashboard can be reached from here",
                ) from error


_WRONG = (400, 413, 422)
"""Statuses that say that a submission itself is wrong: with a valid token, later, or elsewhere it would be so too."""


def _path(submission_id: str) -> str:
    return f"/api/jobs/{quote(submission_id, safe='')}"


def _why(error: Exception) -> str:
    """Return why there was no answer, in words that are the same each time."""
    if isinstance(error, TimeoutError):
        return "it is silent"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _last_line(text: bytes) -> str:
    """Return the last line that says something, which of a traceback is the error."""
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    return next((line[:300] for line in reversed(lines) if line.strip(".")), "nothing more was said")


def _text_of(body: bytes, *, is_whole: bool) -> str:
    """Read the log out of `{"logs": "..."}`, of which the beginning may be left out, from its first whole line on."""
    if is_whole:
        return str(json.loads(body)["logs"])
    line = re.search(rb"(?<!\\)(?:\\\\)*\\n", body)
    rest = body[line.end() if line else 0 :].rstrip().removesuffix(b"}").rstrip().removesuffix(b'"')
    return str(json.loads(b'"' + rest + b'"'))
