"""A Label Studio server: one process, its database in one folder."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers.label_studio import environment
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, answers
from tests.servers.recipes import HERE

SERVE = HERE / "label_studio/serve.py"
PATIENCE = 60.0


@dataclass
class Person:
    """Somebody with an account, as a client of the server's API; `token` is a personal access token."""

    url: str
    name: str
    token: str
    _access: str = field(default="", repr=False)

    def api(self, method: str, path: str, *, json: object = None, params: Mapping[str, Any] | None = None) -> Any:
        """Ask the API and return the document that it answers.

        Raises:
            httpx.HTTPStatusError: it refuses.
        """
        answer = self.ask(method, path, json=json, params=params)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._access = ""
            answer = self.ask(method, path, json=json, params=params)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def ask(
        self, method: str, path: str, *, json: object = None, params: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Ask the API and return its answer, whatever it is."""
        with httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False, verify=False) as client:
            if not self._access:
                told = client.post("/api/token/refresh/", json={"refresh": self.token}).raise_for_status()
                self._access = str(told.json()["access"])
            bearer = {"Authorization": f"Bearer {self._access}"}
            return client.request(method, path, json=json, params=params, headers=bearer)

    def tasks(self, project: str | int) -> list[dict[str, Any]]:
        """Return the tasks of a project, with their annotations."""
        told = {"project": project, "page_size": 10_000, "fields": "all"}
        return list(self.api("GET", "/api/tasks/", params=told)["tasks"])

    def answer(self, task: int, result: Sequence[Mapping[str, Any]], **more: object) -> int:
        """Answer a task and return the annotation's number."""
        made = self.api("POST", f"/api/tasks/{task}/annotations/", json={"result": list(result), **more})
        return int(made["id"])


def chosen(label: str, question: str = "answer", shown: str = "text") -> list[dict[str, Any]]:
    """Return the result of an annotation that chooses a label."""
    return [{"from_name": question, "to_name": shown, "type": "choices", "value": {"choices": [label]}}]


class LabelStudioServer(Processes):
    """A server at `url`; `people` have an account each, and `operator` is who makes projects."""

    def __init__(self, folder: Path) -> None:
        """Keep all state in a folder, which begins as a copy of the prepared one."""
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.folder = folder
        shutil.copytree(environment.template(), folder / "data")
        tokens = json.loads((folder / "data/tokens.json").read_text("utf-8"))
        self.people = {name: Person(self.url, name, token) for name, token in tokens.items()}
        command = [environment.home() / "bin/python", SERVE, LOOPBACK, str(self.port)]
        health = f"{self.url}/health"
        log, told = folder / "label-studio.log", environment.environ(folder / "data")
        super().__init__(Process("label-studio", command, log, lambda: answers(health), told))

    @property
    def operator(self) -> Person:
        """Return who makes the projects."""
        return self.people["operator"]

    def requests(self) -> list[str]:
        """Return the requests that arrived so far, as the log tells them: `GET /api/projects/`."""
        lines = (self.folder / "label-studio.log").read_text("utf-8", errors="replace").splitlines()
        return [line.split('"')[1].rpartition(" ")[0] for line in lines if line.startswith(LOOPBACK) and '"' in line]
