"""The server: requests are held against the calls, and answered by the repository, one at a time."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.contracts.gitlab.calls import CALLS, PAGING, Asked, Call, Calls, Told, refused
from tests.contracts.gitlab.documents import Documents
from tests.contracts.gitlab.repository import Repository
from tests.contracts.gitlab.statuses import Statuses
from tests.contracts.serving import ContractServer, Sent

ROOT = "/api/v4"
TOKEN, BOT, PERSON_TOKEN, PERSON = "glpat-of-the-tests", "project_4001_bot_x", "glpat-of-ada", "ada"


class GitLabServer(ContractServer):
    """The server; it listens on a free port of the loopback.

    Args:
        folder: where its repository of Git is made.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.repository = Repository(folder / "models.git")
        self.statuses = Statuses(self.repository)
        self.calls = Calls(self.repository, self.statuses, Documents(self.url, self.repository))
        self.tokens = {TOKEN: BOT, PERSON_TOKEN: PERSON}
        self.calls.people = (BOT, PERSON)

    def answer(self, sent: Sent) -> tuple[int, bytes, dict[str, str]]:
        """Answer a request, one at a time."""
        with self.lock:
            self.requests.append(sent)
            if fault := self.fault(sent):
                return fault.status, fault.body, fault.headers
            self.repository.live()
            return self._written(sent, self._told(sent))

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
