"""The server: requests are held against the description, counted and limited, and answered by the repository."""

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.contracts.description import Description, Operation
from tests.contracts.github import over_http
from tests.contracts.github.accounts import BY_CLAIM, Account, Accounts
from tests.contracts.github.calls import Asked, Calls, Told
from tests.contracts.github.documents import Documents
from tests.contracts.github.repository import Repository
from tests.contracts.serving import ContractServer, Sent

Json = Any
NAME = "ada/models"
ROOTS = {"cloud": "", "server": "/api/v3"}
_UNKNOWN = re.compile(r"\.head\.repo: None is not of type")
"""What the description doesn't know: of a fork that was deleted GitHub tells null."""
SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
}


class GitHubServer(ContractServer):
    """The server; it listens on a free port of the loopback.

    Args:
        folder: where its repository of Git is made.
        edition: `cloud` or `server`.
    """

    def __init__(self, folder: Path, edition: str = "cloud") -> None:
        super().__init__()
        self.edition = edition
        self.description = Description(Path(__file__).parent / f"{edition}.json")
        self.repository = Repository(folder / "models.git")
        self.documents = Documents(self.description, self.url, NAME)
        self.accounts = Accounts()
        self.calls = Calls(self.repository, self.documents, self.accounts)
        self.limit = self.remaining = 5000

    @property
    def api(self) -> str:
        """Return where its API is."""
        return self.url + ROOTS[self.edition]

    def answer(self, sent: Sent) -> tuple[int, bytes, dict[str, str]]:
        """Answer a request, one at a time."""
        with self.lock:
            self.requests.append(sent)
            if sent.path.startswith(f"/{NAME}.git/"):
                return over_http.answer(self.repository.folder, sent, self.accounts)
            if fault := self.fault(sent):
                return fault.status, fault.body, fault.headers
            self.repository.live()
            self.remaining = max(0, self.remaining - 1)
            return self._written(sent, self._told(sent))

    def _told(self, request: Sent) -> Told:
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

    def _allowed(self, request: Sent, operation: Operation) -> Told:
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

    def _wrong(self, request: Sent, flaws: list[str], status: int) -> Told:
        self.violations += [f"{request.method} {request.path}: {flaw}" for flaw in flaws]
        return Told(status, {"message": "; ".join(flaws)})

    def _written(self, request: Sent, told: Told) -> tuple[int, bytes, dict[str, str]]:
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


def _flaws_of_headers(request: Sent) -> list[str]:
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
