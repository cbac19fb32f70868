"""A Gitea server: one process, its database and its repositories in one folder."""

import os
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import httpx

from tests.servers.building import home_of
from tests.servers.gitea.settings import access_log, settings, write
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, ServerFailedError, answers
from tests.servers.recipes import GITEA

SCOPES = ("write:issue", "write:organization", "write:repository", "write:user")
"""What a token may do unless another is asked for; its person's own rights bound it, too."""
PATIENCE = 60.0
Right = Literal["read", "write", "admin"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who works with a server: the name, the password, and a token for the API and for Git."""

    name: str
    password: str
    token: str


@dataclass(frozen=True, slots=True)
class Protection:
    """What a branch asks of a change: who may push to it, and what a merge needs.

    `pushers` are the people who may push past pull requests; `checks` the contexts of the commit statuses that have to
    succeed; `mergers` the only people who may merge, if any are named.
    """

    approvals: int = 0
    dismisses_stale: bool = False
    checks: Sequence[str] = ()
    pushers: Sequence[str] = ()
    mergers: Sequence[str] = ()

    @property
    def asked(self) -> dict[str, Any]:
        """Return it as the API takes it; whoever administers a repository is bound, too."""
        return {
            "required_approvals": self.approvals,
            "dismiss_stale_approvals": self.dismisses_stale,
            "enable_status_check": bool(self.checks),
            "status_check_contexts": list(self.checks),
            "enable_push": bool(self.pushers),
            "enable_push_whitelist": bool(self.pushers),
            "push_whitelist_usernames": list(self.pushers),
            "enable_merge_whitelist": bool(self.mergers),
            "merge_whitelist_usernames": list(self.mergers),
            "block_on_rejected_reviews": True,
            "block_admin_merge_override": True,
        }


class Gitea(Processes):
    """A server at `url`; `admin` may do everything, once it has been started."""

    def __init__(self, folder: Path, *, queues: str = "channel") -> None:
        """Keep all state in a folder; `queues` is the kind of what it does later, see `settings`."""
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        self._folder, self._config = folder, folder / "app.ini"
        self._admin: Person | None = None
        folder.mkdir(parents=True, exist_ok=True)
        write(self._config, settings(folder, port, queues=queues))
        ready = f"{self.url}/api/healthz"
        super().__init__(
            Process("gitea", self._command("web"), folder / "gitea.log", lambda: answers(ready), self._environ)
        )

    @property
    def admin(self) -> Person:
        """Return the administrator, who is there since the first start."""
        assert self._admin is not None, "Gitea was never started"
        return self._admin

    def start(self) -> Self:
        """Start it, the first time with its administrator.

        Raises:
            ServerFailedError: it ended before it was ready, or took too long.
        """
        super().start()
        try:
            self._admin = self._admin or self._first()
        except ServerFailedError:
            self.stop()
            raise
        return self

    def api(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        json: object = None,
        params: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        """Ask the REST API below `/api/v1` and return its answer, whatever it is.

        Args:
            method: `GET` or another.
            path: such as `/repos/owner/name`.
            token: of whoever asks; the administrator's if there is none.
            json: the body.
            params: the query.
        """
        with self.client(token or self.admin.token) as client:
            return client.request(method, path, json=json, params=params)

    def client(self, token: str = "") -> httpx.Client:
        """Return an HTTP client of the REST API, by a token or as a stranger; close it."""
        headers = {"Authorization": f"token {token}"} if token else {}
        # No certificates: an HTTP client would read all of them for every call.
        return httpx.Client(
            base_url=f"{self.url}/api/v1", headers=headers, timeout=PATIENCE, trust_env=False, verify=False
        )

    def create_user(self, name: str, scopes: Sequence[str] = SCOPES) -> Person:
        """Make a person, with a password and a token of these scopes."""
        password = secrets.token_urlsafe(20)
        asked = {"username": name, "email": _email(name), "password": password, "must_change_password": False}
        self._do("POST", "/admin/users", asked)
        return Person(name, password, self.create_token(name, password, scopes))

    def create_token(self, name: str, password: str, scopes: Sequence[str]) -> str:
        """Make one more token of a person."""
        asked = {"name": secrets.token_hex(8), "scopes": list(scopes)}
        with self.client() as client:
            made = client.post(f"/users/{name}/tokens", json=asked, auth=(name, password))
        return str(made.raise_for_status().json()["sha1"])

    def create_repository(
        self, owner: Person, name: str, *, private: bool = True, branch: str = "main", readme: bool = False
    ) -> str:
        """Make a repository, empty unless it gets a README; return its URL with the owner's token in it.

        What is pushed to an empty one is known to Git at once, and to the API up to two seconds later.
        """
        asked = {"name": name, "private": private, "default_branch": branch, "auto_init": readme}
        self._do("POST", "/user/repos", asked, owner)
        return self.clone_url(f"{owner.name}/{name}", owner)

    def clone_url(self, repository: str, who: Person | None = None) -> str:
        """Return the URL for Git of `owner/name`, with somebody's name and token in it, or for strangers."""
        login = f"{who.name}:{who.token}@" if who else ""
        return f"{self.url.replace('//', f'//{login}')}/{repository}.git"

    def add_collaborator(self, repository: str, name: str, right: Right = "write") -> None:
        """Let a person work in `owner/name`."""
        self._do("PUT", f"/repos/{repository}/collaborators/{name}", {"permission": right})

    def protect_branch(self, repository: str, branch: str, protection: Protection) -> None:
        """Protect a branch of `owner/name`, or all that a pattern matches."""
        self._do("POST", f"/repos/{repository}/branch_protections", {"rule_name": branch, **protection.asked})

    def create_webhook(self, repository: str, url: str, secret: str, events: Sequence[str] = ("push",)) -> int:
        """Have a loopback URL called about `owner/name`, each call signed with a secret; return the hook's id."""
        config = {"url": url, "content_type": "json", "secret": secret}
        asked = {"type": "gitea", "active": True, "config": config, "events": list(events)}
        return int(self._do("POST", f"/repos/{repository}/hooks", asked).json()["id"])

    def requests_of(self, name: str) -> tuple[int, int]:
        """Return how many requests somebody has made so far: of the API, and of Git."""
        lines = access_log(self._folder).read_text("utf-8").splitlines()
        told = [" /api/v1/" in line for line in lines if f" - {name} [" in line]
        return sum(told), len(told) - sum(told)

    def _do(self, method: str, path: str, asked: object, who: Person | None = None) -> httpx.Response:
        """Ask what the API can't refuse."""
        answer = self.api(method, path, token=who.token if who else "", json=asked)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def _first(self) -> Person:
        """Make the administrator."""
        name, password = "operator", secrets.token_urlsafe(20)
        told = ["--username", name, "--password", password, "--email", _email(name), "--admin", "--access-token"]
        command, environ = self._command("admin", "user", "create", *told), os.environ | self._environ
        done = subprocess.run(command, env=environ, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerFailedError(f"gitea made no administrator:\n{done.stdout}{done.stderr}")
        return Person(name, password, done.stdout.split()[-1])

    def _command(self, *words: str) -> list[str | Path]:
        return [home_of(GITEA) / "gitea", "--config", self._config, "--work-path", self._folder, *words]

    @property
    def _environ(self) -> dict[str, str]:
        return {"HOME": str(self._folder), "GITEA_WORK_DIR": str(self._folder)}


def _email(name: str) -> str:
    return f"{name}@example.invalid"
