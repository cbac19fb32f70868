"""A repository of a real lakeFS with the users in `docs/engines/lakefs/`, who may do what Setpoint needs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from reconciler.providers.data.lakefs import LakeFSData
from tests.servers.lakefs.server import Credentials, LakeFS, Statement

POLICIES = Path(__file__).parents[3] / "docs/engines/lakefs"
ALL = "suite-*"
"""The repositories of all tests: users are made once a server."""

_users: dict[tuple[str, str, str], Credentials] = {}
_count: dict[str, int] = {}


def policy(name: str, repository: str, environment: str = "") -> list[Statement]:
    """Read a shipped policy for a repository and an environment."""
    text = (POLICIES / f"{name}.policy.json").read_text("utf-8")
    told = json.loads(text.replace("REPOSITORY", repository).replace("ENVIRONMENT", environment))
    return [Statement(one["action"], one["resource"], one["effect"]) for one in told["statement"]]


class Tenant:
    """One repository, which only its owner's test uses."""

    def __init__(self, server: LakeFS, endpoint: str = "", timeout: float = 20.0) -> None:
        """Make the repository; the providers go to another endpoint than the server's own, if one is told."""
        _count[server.url] = _count.get(server.url, 0) + 1
        self.server = server
        self.repository = f"suite-{_count[server.url]}"
        self.endpoint = endpoint or server.url
        self.timeout = timeout
        server.create_repository(self.repository)

    def user(self, name: str, environment: str = "") -> Credentials:
        """Return a user whom a shipped policy describes."""
        key = (self.server.url, name, environment)
        if key not in _users:
            _users[key] = self.server.create_user(f"{name}-{environment}", policy(name, ALL, environment))
        return _users[key]

    def options(self, environment: str = "dev") -> dict[str, Any]:
        """Return the options of a provider of this repository."""
        daemon, job, serve = self.user("daemon", environment), self.user("job"), self.user("serve")
        return {
            "endpoint": self.endpoint,
            "repository": self.repository,
            "timeout": self.timeout,
            "access_key_id": daemon.key,
            "secret_access_key": daemon.secret,
            "job_access_key_id": job.key,
            "job_secret_access_key": job.secret,
            "serve_access_key_id": serve.key,
            "serve_secret_access_key": serve.secret,
        }

    def open(self, environment: str = "dev", **more: Any) -> LakeFSData:
        """Return a provider, as a daemon makes it that has just started, with more options."""
        return LakeFSData(environment, **self.options(environment), **more)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask the server about the repository, as its administrator."""
        with self.server.client() as client:
            return client.request(method, f"/repositories/{self.repository}{path}", **options)

    def put(self, branch: str, files: Mapping[str, bytes]) -> None:
        """Write files to a branch, as its administrator."""
        for path, content in files.items():
            asked = {"params": {"path": path}, "files": {"content": content}}
            self.ask("POST", f"/branches/{branch}/objects", **asked).raise_for_status()

    def commit(self, branch: str) -> None:
        """Commit what was written to a branch, as its administrator."""
        self.ask("POST", f"/branches/{branch}/commits", json={"message": "by hand"}).raise_for_status()

    def tree(self, ref: str) -> dict[str, bytes]:
        """Return all files of a branch or a commit."""
        listed = self.ask("GET", f"/refs/{ref}/objects/ls", params={"amount": 1000}).raise_for_status().json()
        paths = [one["path"] for one in listed["results"]]
        return {path: self.ask("GET", f"/refs/{ref}/objects", params={"path": path}).content for path in paths}

    def branches(self) -> set[str]:
        """Return the names of all branches, hidden ones too."""
        found = self.ask("GET", "/branches", params={"amount": 1000, "show_hidden": True}).json()["results"]
        return {one["id"] for one in found}
