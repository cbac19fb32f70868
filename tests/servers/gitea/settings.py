"""What Gitea reads when it starts: an `app.ini` for a server that talks to nobody outside and keeps all in a folder."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from tests.servers.building import home_of
from tests.servers.ports import LOOPBACK
from tests.servers.recipes import GITEA

Settings = Mapping[str, Mapping[str, object]]
"""Each section's keys; those of the section without a name stand above all others."""

IDLE = (
    "archive_cleanup",
    "check_repo_stats",
    "cleanup_hook_task_table",
    "deleted_branches_cleanup",
    "repo_health_check",
    "sync_external_users",
    "sync_repo_licenses",
    "update_checker",
    "update_migration_poster_id",
    "update_mirrors",
)
"""What it would do by the clock, some of it at each start."""


def settings(folder: Path, port: int, *, queues: str = "channel") -> Settings:
    """Return the settings of a server: all that it keeps lies below a folder, and it listens at a port.

    Its queues are in memory, and wait for nothing. Those of the kind `level` are the usual ones, on the disk, and
    looked into every two seconds when nothing happens: some things come a moment after a push, as on every Gitea.
    """
    return {
        "": _itself(folder),
        "server": _address(folder, port),
        # Its own patience with a database that another thread writes to is half a second.
        "database": {"DB_TYPE": "sqlite3", "SQLITE_TIMEOUT": 20_000, "SQLITE_JOURNAL_MODE": "WAL"},
        "repository": {"ROOT": folder / "repositories", "DEFAULT_BRANCH": "main"},
        "repository.signing": {"SIGNING_KEY": "none"},
        "security": _secrets() | {"INSTALL_LOCK": True, "PASSWORD_HASH_ALGO": "pbkdf2$1$50"},
        "oauth2": {"ENABLED": False, "JWT_SECRET": _key()},
        "service": {"DISABLE_REGISTRATION": True},
        "webhook": {"ALLOWED_HOST_LIST": "loopback"},
        "log": {"MODE": "console", "LEVEL": "warn", "logger.access.MODE": "access"},
        "log.access": {"MODE": "file", "LEVEL": "info", "FILE_NAME": access_log(folder)},
        "cache": {"ADAPTER": "memory"},
        "session": {"PROVIDER": "memory"},
        "indexer": {"ISSUE_INDEXER_TYPE": "db"},
        "picture": {"DISABLE_GRAVATAR": True},
        "queue": {"TYPE": queues},
        "openid": {"ENABLE_OPENID_SIGNIN": False, "ENABLE_OPENID_SIGNUP": False},
        **{section: {"ENABLED": False} for section in ("actions", "mailer", "mirror", "packages")},
        **{f"cron.{task}": {"ENABLED": False} for task in IDLE},
    }


def access_log(folder: Path) -> Path:
    """Return the file in which each request has a line that names who asked."""
    return folder / "access.log"


def write(path: Path, told: Settings) -> None:
    """Write settings where nobody else reads them."""
    lines = []
    for section, keys in told.items():
        lines += [f"[{section}]"] if section else []
        lines += [f"{key} = {_text(value)}" for key, value in keys.items()]
    path.touch(0o600)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _itself(folder: Path) -> dict[str, object]:
    # The tests of a machine without other users run as root.
    return {"APP_NAME": "Gitea", "WORK_PATH": folder, "I_AM_BEING_UNSAFE_RUNNING_AS_ROOT": True}


def _address(folder: Path, port: int) -> dict[str, object]:
    url = f"http://{LOOPBACK}:{port}/"
    return {
        "HTTP_ADDR": LOOPBACK,
        "HTTP_PORT": port,
        "ROOT_URL": url,
        "LOCAL_ROOT_URL": url,
        "STATIC_ROOT_PATH": home_of(GITEA),
        "APP_DATA_PATH": folder / "data",
        "OFFLINE_MODE": True,
        "DISABLE_SSH": True,
        "LFS_START_SERVER": False,
    }


def _secrets() -> dict[str, object]:
    return {"SECRET_KEY": secrets.token_hex(32), "INTERNAL_TOKEN": secrets.token_hex(32)}


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
