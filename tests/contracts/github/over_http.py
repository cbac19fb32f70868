"""Git over HTTP, as people and daemons reach the repository: by Git's own server, to who shows a token for it."""

import os
import subprocess
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from tests.contracts.github.accounts import Account, Accounts
from tests.contracts.serving import Sent

Answer = tuple[int, bytes, dict[str, str]]


def answer(folder: Path, sent: Sent, accounts: Accounts) -> Answer:
    """Answer a request of Git's for the repository in a folder."""
    service = sent.query.get("service") or sent.path.rpartition("/")[2]
    level = "write" if service == "git-receive-pack" else "read"
    account = accounts.who(f"Bearer {_password(sent.headers)}")
    if not isinstance(account, Account) or account.is_claim:
        return 401, b"Invalid username or token.\n", {"WWW-Authenticate": 'Basic realm="GitHub"'}
    if account.rights.get("contents") not in (level, "write"):
        return 403, b"Write access to repository not granted.\n", {}
    return _served(folder, sent)


def _password(headers: Mapping[str, str]) -> str:
    scheme, _, told = headers.get("authorization", "").partition(" ")
    try:
        user, _, password = b64decode(told).decode().partition(":")
    except (Error, ValueError):
        return ""
    return password if scheme == "Basic" and user == "x-access-token" else ""


def _served(folder: Path, sent: Sent) -> Answer:
    environ = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": sent.path.partition(".git")[2],
        "REQUEST_METHOD": sent.method,
        "QUERY_STRING": urlencode(sent.query),
        "CONTENT_TYPE": sent.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(sent.body)),
        "HTTP_CONTENT_ENCODING": sent.headers.get("content-encoding", ""),
        "HTTP_GIT_PROTOCOL": sent.headers.get("git-protocol", ""),
        "REMOTE_USER": "somebody",  # without one it takes no push
    }
    done = subprocess.run(["git", "http-backend"], input=sent.body, env=environ, capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(headers.pop("Status", "200").split()[0]), body, headers
