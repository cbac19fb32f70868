"""A lakeFS server: two processes, their state in one folder.

lakeFS alone knows one user, who may do everything. Users, and policies that allow them little, live in the `acl`
server that its module ships; lakeFS asks it who may do what.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers.building import home_of
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, answers
from tests.servers.recipes import LAKEFS
from tests.servers.seaweedfs.server import REGION, SeaweedFS


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key: for the API by basic authentication, for the S3 gateway by signature."""

    key: str
    secret: str

    @property
    def pair(self) -> tuple[str, str]:
        """Return them as HTTP clients take them."""
        return self.key, self.secret


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a policy: actions such as `fs:ReadObject`, a resource such as `arn:lakefs:fs:::repository/demo/*`."""

    actions: Sequence[str]
    resource: str = "*"
    effect: str = "allow"


def _access_key() -> str:
    """Return a key of the shape that the `acl` server takes."""
    return f"AKIAJ{secrets.token_hex(7).upper()}Q"


class LakeFS(Processes):
    """A server at `url`, and at the same address its S3 gateway."""

    def __init__(self, folder: Path, store: SeaweedFS | None = None, login: str = "168h") -> None:
        """Keep all state in a folder; objects too, unless there is an S3 store for them. Tokens live for `login`."""
        self.url = f"http://{LOOPBACK}:{free_port()}"
        self.admin = Credentials(_access_key(), secrets.token_urlsafe(30))
        self._acl = f"http://{LOOPBACK}:{free_port()}"
        self._folder = folder
        self._store, self._login = store, login
        self._secret = secrets.token_hex(16)
        super().__init__(self._acl_process(), self._lakefs_process())

    @property
    def api(self) -> str:
        """Return the root of its REST API."""
        return f"{self.url}/api/v1"

    def storage_namespace(self, name: str) -> str:
        """Return where a new repository may keep its objects."""
        return f"s3://{self._store.create_bucket(name)}" if self._store else f"local://{name}"

    def client(self, who: Credentials | None = None) -> httpx.Client:
        """Return an HTTP client of the REST API, as the administrator or somebody else; close it."""
        return httpx.Client(base_url=self.api, auth=(who or self.admin).pair, timeout=30, trust_env=False)

    def create_repository(self, name: str, branch: str = "main") -> None:
        """Make an empty repository."""
        asked = {"name": name, "storage_namespace": self.storage_namespace(name), "default_branch": branch}
        with self.client() as client:
            client.post("/repositories", json=asked).raise_for_status()

    def create_user(self, name: str, statements: Sequence[Statement]) -> Credentials:
        """Make a user who may do what the statements say and nothing else; return an access key of theirs."""
        policy = [{"effect": one.effect, "action": list(one.actions), "resource": one.resource} for one in statements]
        with httpx.Client(base_url=f"{self._acl}/api/v1", timeout=30, trust_env=False) as acl:
            for method, path, body in (
                ("POST", "/auth/policies", {"name": f"{name}-may", "statement": policy}),
                ("POST", "/auth/groups", {"id": f"{name}-group"}),
                ("PUT", f"/auth/groups/{name}-group/policies/{name}-may", None),
                ("POST", "/auth/users", {"username": name}),
                ("PUT", f"/auth/groups/{name}-group/members/{name}", None),
            ):
                acl.request(method, path, json=body).raise_for_status()
            made = acl.post(f"/auth/users/{name}/credentials").raise_for_status().json()
        return Credentials(made["access_key_id"], made["secret_access_key"])

    def _acl_process(self) -> Process:
        settings = {
            "listen_address": self._acl.removeprefix("http://"),
            "database": self._database("users"),
            "encrypt": {"secret_key": self._secret},
            "cache": {"enabled": False},
        }
        return self._process("acl", settings, f"{self._acl}/_health")

    def _lakefs_process(self) -> Process:
        settings = {
            "listen_address": self.url.removeprefix("http://"),
            "database": self._database("metadata"),
            "blockstore": self._blockstore(),
            "committed": {"local_cache": {"dir": str(self._folder / "cache")}},
            "auth": {
                "encrypt": {"secret_key": self._secret},
                "api": {"endpoint": f"{self._acl}/api/v1"},
                "ui_config": {"rbac": "simplified"},
                "cache": {"enabled": False},  # a revoked key is revoked at once
                "login_duration": self._login,
            },
            "installation": {
                "user_name": "admin",
                "access_key_id": self.admin.key,
                "secret_access_key": self.admin.secret,
            },
            "stats": {"enabled": False},
            "security": {"check_latest_version": False},
        }
        return self._process("lakefs", settings, f"{self.url}/api/v1/healthcheck")

    def _blockstore(self) -> dict[str, Any]:
        if self._store is None:
            return {"type": "local", "local": {"path": str(self._folder / "objects")}}
        reached = {
            "endpoint": self._store.url,
            "region": REGION,
            "force_path_style": True,
            "discover_bucket_region": False,
            "credentials": {"access_key_id": self._store.key, "secret_access_key": self._store.secret},
        }
        return {"type": "s3", "s3": reached}

    def _database(self, name: str) -> dict[str, Any]:
        return {"type": "local", "local": {"path": str(self._folder / name), "sync_writes": False}}

    def _process(self, name: str, settings: Mapping[str, Any], health: str) -> Process:
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / f"{name}.yaml"
        config.write_text(json.dumps(settings), "utf-8")
        config.chmod(0o600)
        command = [home_of(LAKEFS) / name, "--config", config, "run"]
        environ = {"HOME": str(self._folder)}
        return Process(name, command, self._folder / f"{name}.log", lambda: answers(health), environ)
