"""The server: requests are held against the calls, and answered by the repository, one at a time."""

import json
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contracts.gitlab.calls import CALLS, PAGING, Asked, Call, Calls, Told, refused
from tests.contracts.gitlab.documents import Documents
from tests.contracts.gitlab.repository import Repository
from tests.contracts.gitlab.statuses import Statuses

ROOT = "/api/v4"
TOKEN, BOT, PERSON_TOKEN, PERSON = "glpat-of-the-tests", "project_4001_bot_x", "glpat-of-ada", "ada"


@dataclass
class Fault:
    """One wrong answer, given instead of what should be answered."""

    status: int = 500
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    only: str = ""
    """The method that it is the answer to; any, where this is empty."""


@dataclass
class Sent:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class GitLabServer(ThreadingHTTPServer):
    """The server; it listens on a free port of the loopback.

    Args:
        folder: where its repository of Git is made.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repository = Repository(folder / "models.git")
        self.statuses = Statuses(self.repository)
        self.calls = Calls(self.repository, self.statuses, Documents(self.url, self.repository))
        self.tokens = {TOKEN: BOT, PERSON_TOKEN: PERSON}
        self.violations: list[str] = []
        """What was against the contract: a test that leaves any has failed."""
        self.requests: list[Sent] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Return where people, and Git, would reach it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take note of what is wrong with the server itself; say nothing of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            self.violations.append(traceback.format_exc())

    def answer(self, sent: Sent) -> tuple[int, bytes, dict[str, str]]:
        """Answer a request, one at a time."""
        with self.lock:
            self.requests.append(sent)
            if fault := self._fault(sent):
                return fault.status, fault.body, fault.headers
            self.repository.live()
            return self._written(sent, self._told(sent))

    def _fault(self, sent: Sent) -> Fault | None:
        for fault in self.faults:
            if fault.only in ("", sent.method):
                self.faults.remove(fault)
                return fault
        return None

    def _told(self, sent: Sent) -> Told:
        token = sent.headers.get("private-token") or sent.headers.get("authorization", "").removeprefix("Bearer ")
        login = self.tokens.get(token)
        if login is None:
            return refused(401, "401 Unauthorized")
        for call in CALLS:
            found = call.path.fullmatch(sent.path.removeprefix(ROOT))
            if found and call.method == sent.method and sent.path.startswith(ROOT):
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                body = json.loads(sent.body) if sent.body else {}
                if sent.method != "GET":  # a parameter may stand in the query as well
                    body = sent.query | body
                if flaws := _flaws(call, sent, body):
                    self.violations += [f"{sent.method} {sent.path}: {flaw}" for flaw in flaws]
                    return Told(400, {"error": "; ".join(flaws)})
                return self.calls.answer(call, Asked(login, values, sent.query, body))
        self.violations.append(f"{sent.method} {sent.path}: no such call")
        return Told(404, {"error": "404 Not Found"})

    def _written(self, sent: Sent, told: Told) -> tuple[int, bytes, dict[str, str]]:
        document, headers = told.document, {"Content-Type": "application/json"}
        if isinstance(document, list):
            page, size = int(sent.query.get("page", "1")), min(100, int(sent.query.get("per_page", "20")))
            has_more = len(document) > page * size
            headers |= {"X-Page": str(page), "X-Per-Page": str(size), "X-Total": str(len(document))}
            headers["X-Next-Page"] = str(page + 1) if has_more else ""
            if has_more:
                headers["Link"] = f'<{self.url}{sent.path}?page={page + 1}&per_page={size}>; rel="next"'
            document = document[(page - 1) * size : page * size]
        return told.status, json.dumps(document).encode(), headers


def _flaws(call: Call, sent: Sent, body: dict[str, Any]) -> list[str]:
    query = sent.query if sent.method == "GET" else {}
    flaws = [f"no parameter {name}" for name in query if name not in (*call.query, *PAGING)]
    flaws += [f"no field {name}" for name in body if name not in call.body]
    return flaws + [f"{name} is missing" for name in call.needs if name not in body]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: GitLabServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        status, told, more = self.server.answer(Sent(self.command, parts.path, query, headers, body))
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(told)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = _serve


@contextmanager
def serving(server: GitLabServer) -> Iterator[GitLabServer]:
    """Let a server serve; whatever was against the contract fails the test in the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not server.violations, "\n".join(server.violations)
