"""The server: requests are held against the description, counted and limited, and answered by the repository."""

import hashlib
import json
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contracts.description import Description, Operation
from tests.contracts.github.accounts import BY_CLAIM, Account, Accounts
from tests.contracts.github.calls import Asked, Calls, Told
from tests.contracts.github.documents import Documents
from tests.contracts.github.repository import Repository

Json = Any
NAME = "ada/models"
ROOTS = {"cloud": "", "server": "/api/v3"}
_UNKNOWN = re.compile(r"\.head\.repo: None is not of type")
"""What the description doesn't know: of a fork that was deleted GitHub tells null."""
SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
}


@dataclass
class Fault:
    """One wrong answer, given instead of what should be answered; nobody holds it against the description."""

    status: int = 500
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    only: str = ""
    """The method that it is the answer to; any, where this is empty."""


@dataclass
class Request:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class GitHubServer(ThreadingHTTPServer):
    """The server; it listens on a free port of the loopback.

    Args:
        folder: where its repository of Git is made.
        edition: `cloud` or `server`.
    """

    daemon_threads = True

    def __init__(self, folder: Path, edition: str = "cloud") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.edition = edition
        self.description = Description(Path(__file__).parent / f"{edition}.json")
        self.repository = Repository(folder / "models.git")
        self.documents = Documents(self.description, self.url, NAME)
        self.accounts = Accounts()
        self.calls = Calls(self.repository, self.documents, self.accounts)
        self.violations: list[str] = []
        """What was against the description: a test that leaves any has failed."""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.limit = self.remaining = 5000
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Return where people, and Git, would reach it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def api(self) -> str:
        """Return where its API is."""
        return self.url + ROOTS[self.edition]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take note of what is wrong with the server itself; say nothing of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            self.violations.append(traceback.format_exc())

    def answer(self, request: Request) -> tuple[int, bytes, dict[str, str]]:
        """Answer a request, one at a time."""
        with self.lock:
            self.requests.append(request)
            if fault := self._fault(request):
                return fault.status, fault.body, fault.headers
            self.repository.live()
            self.remaining = max(0, self.remaining - 1)
            told = self._told(request)
            return self._written(request, told)

    def _fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.only in ("", request.method):
                self.faults.remove(fault)
                return fault
        return None

    def _told(self, request: Request) -> Told:
        if not self.remaining:
            return _refused(403, "API rate limit exceeded for user ID 7.")
        path = request.path.removeprefix(ROOTS[self.edition])
        is_here = path != request.path or not ROOTS[self.edition]
        operation = self.description.find(request.method, path) if is_here else None
        if operation is None:
            return self._wrong(request, ["there is no such call"], 404)
        told = self._allowed(request, operation)
        flaws = self.description.flaws_of_answer(operation, told.status, told.document)
        self.violations += [
            f"answer to {request.method} {request.path}: {flaw}" for flaw in flaws if not _UNKNOWN.search(flaw)
        ]
        return told

    def _allowed(self, request: Request, operation: Operation) -> Told:
        account = self.accounts.who(request.headers.get("authorization", ""))
        if not isinstance(account, Account):
            return _refused(401, account)
        if account.is_claim != (operation.name in BY_CLAIM):
            return _refused(401, "A JSON web token could not be decoded")
        flaws = _flaws_of_headers(request)
        flaws += self.description.flaws_of_request(operation, request.query, request.body)
        if flaws:
            return self._wrong(request, flaws, 404)
        if not account.is_claim and not account.may(operation.name):
            return _refused(403, "Resource not accessible by integration")
        values = {name: unquote(value) for name, value in operation.values.items()}
        if "repo" in values and f"{values['owner']}/{values['repo']}" != NAME:
            return _refused(404, "Not Found")
        body = json.loads(request.body) if request.body else None
        return self.calls.answer(operation.name, Asked(account.login, values, request.query, body))

    def _wrong(self, request: Request, flaws: list[str], status: int) -> Told:
        self.violations += [f"{request.method} {request.path}: {flaw}" for flaw in flaws]
        return Told(status, {"message": "; ".join(flaws)})

    def _written(self, request: Request, told: Told) -> tuple[int, bytes, dict[str, str]]:
        body = json.dumps(told.document).encode()
        tag = f'W/"{hashlib.sha256(request.headers.get("authorization", "").encode() + body).hexdigest()}"'
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "ETag": tag,
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": str(self.limit),
        }
        headers |= {"X-RateLimit-Remaining": str(self.remaining), "X-RateLimit-Reset": str(int(time.time()) + 3600)}
        if told.more:
            page = int(request.query.get("page", "1"))
            headers["Link"] = f'<{self.api}{request.path}?page={page + 1}>; rel="next", <{self.api}>; rel="last"'
        if request.method == "GET" and request.headers.get("if-none-match") == tag:
            return 304, b"", headers
        return told.status, body, headers


def _refused(status: int, message: str) -> Told:
    return Told(status, {"message": message, "documentation_url": "https://docs.github.com/rest"})


def _flaws_of_headers(request: Request) -> list[str]:
    """Return what is wrong with a request's headers; of us more is asked than GitHub insists on."""
    agent = request.headers.get("user-agent", "")
    ours = (
        {"x-github-api-version": "2022-11-28", "accept": "application/vnd.github+json"} if agent == "setpoint" else {}
    )
    flaws = [
        f"the header {name} is {request.headers.get(name)!r}"
        for name, value in ours.items()
        if request.headers.get(name) != value
    ]
    return flaws if agent else [*flaws, "there is no header user-agent"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: GitHubServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        status, told, more = self.server.answer(Request(self.command, parts.path, query, headers, body))
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(told)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = _serve


@contextmanager
def serving(server: GitHubServer) -> Iterator[GitHubServer]:
    """Let a server serve; whatever was against the description fails the test in the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not server.violations, "\n".join(server.violations)
