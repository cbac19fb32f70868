"""A stand-in for a Ray cluster's dashboard, with a life of its own: jobs wait for room on one node, run, and end.

It speaks the few requests of the Jobs API that the pool makes, as Ray 2.60 answers them. Time is what the test says. A
job's request tells what becomes of it: `code`, `takes` (seconds), `prints`.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

HALF = 0
"""As a fault's status: an answer that ends before its time."""
ENDED = ("STOPPED", "SUCCEEDED", "FAILED")


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.watchers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        for watcher in self.watchers:
            watcher()

    @property
    def seconds(self) -> float:
        return self._now.timestamp()


@dataclass
class Job:
    """A job as the cluster knows it."""

    asked: dict[str, Any]
    taken: float
    status: str = "PENDING"
    started: float = 0.0
    ended: float | None = None
    code: int | None = None
    error_type: str | None = None
    message: str = "Job has not started yet."
    log: str = ""

    @property
    def does(self) -> dict[str, Any]:
        variables = self.asked["runtime_env"]["env_vars"]
        told: dict[str, Any] = json.loads(variables.get("SETPOINT_REQUEST", "{}"))
        return told

    @property
    def order(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.asked["runtime_env"]["env_vars"]["SETPOINT_ORDER"])
        return told

    def end(self, status: str, now: float, code: int | None = None, message: str = "") -> None:
        self.status, self.ended, self.code, self.message = status, now, code, message


@dataclass
class Dashboard:
    """One cluster.

    Args:
        clock: its time.
        cpus: what its one node has.
    """

    clock: Clock
    cpus: float = 100.0
    jobs: dict[str, Job] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """What is answered instead, by the beginning of `METHOD /path`."""
    silent: float = 0.0
    """Seconds of real time before each answer."""
    headers: list[str | None] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        self.clock.watchers.append(self.live)

    def forget(self) -> None:
        """Restart without what was known."""
        self.jobs.clear()

    def live(self) -> None:
        """Start what has room, end what is due."""
        now = self.clock.seconds
        for job in self.jobs.values():
            if job.status == "RUNNING" and now >= job.started + job.does.get("takes", 1.0):
                code = job.does.get("code", 0)
                job.log += job.does.get("prints", "")
                job.end("FAILED" if code else "SUCCEEDED", now, code, f"failed with exit code {code}, last logs: ...")
        for job in self.jobs.values():
            if job.status == "PENDING" and job.asked.get("entrypoint_num_cpus", 0) <= self._free():
                job.status, job.started = "RUNNING", now
                headline = f"setpoint: attempt {job.order['attempt']} of {job.order['run']!r} begins"
                job.log += f"Runtime env is setting up.\n{headline}\n"

    def _free(self) -> float:
        running = (job for job in self.jobs.values() if job.status == "RUNNING")
        return self.cpus - sum(job.asked.get("entrypoint_num_cpus", 0) for job in running)

    def answer(self, call: str, body: bytes) -> tuple[int, Any]:
        """Answer one request."""
        self.live()
        method, _, path = call.partition(" ")
        name = unquote(path.removeprefix("/api/jobs/").partition("/")[0])
        if path == "/api/v0/nodes":
            node = {"state": "ALIVE", "resources_total": {"CPU": self.cpus, "memory": 2.0**35}}
            dead = {"state": "DEAD", "resources_total": {"CPU": 999.0}}
            return 200, {"result": True, "data": {"result": {"result": [node, dead]}}}
        if call == "GET /api/jobs/":
            return 200, [*({"type": "DRIVER", "status": "RUNNING"},), *(shown(n, job) for n, job in self.jobs.items())]
        if call == "POST /api/jobs/":
            return self._submit(json.loads(body))
        if name not in self.jobs:
            return 404, f"Job {name} does not exist"
        return self._change(method, path, name)

    def _submit(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if not all(isinstance(value, str) for value in asked["metadata"].values()):
            return 400, "Traceback:\n  ...\nTypeError: metadata values must be strings"
        if asked["submission_id"] in self.jobs:
            return (
                500,
                f"Traceback:\n  ...\nValueError: Job with submission_id {asked['submission_id']} already exists.\n.",
            )
        self.jobs[asked["submission_id"]] = Job(asked, self.clock.seconds)
        return 200, {"submission_id": asked["submission_id"]}

    def _change(self, method: str, path: str, name: str) -> tuple[int, Any]:
        job = self.jobs[name]
        if path.endswith("/logs"):
            return 200, {"logs": job.log}
        if path.endswith("/stop") and job.status == "RUNNING":
            job.end("STOPPED", self.clock.seconds, message="Job was intentionally stopped.")
        if method == "DELETE" and job.status not in ENDED:
            return 500, "Traceback:\n  ...\nRuntimeError: it is in a non-terminal state"
        if method == "DELETE":
            del self.jobs[name]
        return 200, shown(name, job)


def shown(name: str, job: Job) -> dict[str, Any]:
    """Show a job as the cluster lists it."""
    return {
        "type": "SUBMISSION",
        "job_id": None,
        "submission_id": name,
        "status": job.status,
        "entrypoint": job.asked["entrypoint"],
        "message": job.message,
        "error_type": job.error_type,
        "start_time": int(job.taken * 1000),
        "end_time": None if job.ended is None else int(job.ended * 1000),
        "metadata": job.asked["metadata"],
        "runtime_env": job.asked["runtime_env"],
        "driver_exit_code": job.code,
    }


@contextmanager
def serving(dashboard: Dashboard) -> Iterator[Dashboard]:
    """Serve a dashboard on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            call = f"{self.command} {self.path}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            dashboard.calls.append(call)
            dashboard.headers.append(self.headers.get("Authorization"))
            time.sleep(dashboard.silent)
            fault = next((told for start, told in dashboard.faults.items() if call.startswith(start)), None)
            status, said = fault or dashboard.answer(call, body)
            text = (
                said
                if isinstance(said, bytes)
                else said.encode()
                if isinstance(said, str)
                else json.dumps(said).encode()
            )
            self.send_response(200 if status == HALF else status)
            self.send_header("Content-Length", str(len(text) + (1000 if status == HALF else 0)))
            self.end_headers()
            with suppress(ConnectionError):  # who asked may be gone
                self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _do

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    dashboard.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield dashboard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
