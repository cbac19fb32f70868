"""Files of the status branch as a browser gets them: reports, pictures, pages, and nothing that could act there."""

from starlette.responses import Response

from reconciler.model.kinds import KINDS
from reconciler.web.pages.security import FILE_POLICY
from reconciler.web.pages.snapshot import Snapshot

LARGEST = 32 * 2**20
"""Bytes of a file that is handed out."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
_SHOWN = ("README.md", "pass.yaml", "status/", "reports/", "leaderboards/", *(f"{kind}/" for kind in KINDS))
"""What is handed out: controls are nobody's to read but the daemon's."""


def is_shown(path: str) -> bool:
    """Tell whether a file is handed out."""
    return path.startswith(_SHOWN)


class NoFile(Exception):
    """There is no such file, or it isn't handed out; its text says why."""


def text_of(snapshot: Snapshot, path: str) -> str:
    """Return a file as text.

    Raises:
        NoFile: there is none.
    """
    return content_of(snapshot, path).decode("utf-8", "replace")


def content_of(snapshot: Snapshot, path: str) -> bytes:
    """Return a file's bytes.

    Raises:
        NoFile: there is none, it isn't handed out, or it is too large.
        Unavailable: the repository can't be read.
    """
    if path not in snapshot.tree.files or not is_shown(path):
        raise NoFile(f"{snapshot.environment} has no file {path}")
    size = snapshot.tree.size(path)
    if size > LARGEST:
        raise NoFile(f"{path} has {size / 2**20:.0f} MiB: read it with `git show`")
    return snapshot.tree.read(path)


def answered(snapshot: Snapshot, path: str) -> Response:
    """Return a file as it is handed out, by its content, which never changes; a text where its type is unknown.

    Raises:
        NoFile: there is none.
        Unavailable: the repository can't be read.
    """
    ending = next((ending for ending in _TYPES if path.endswith(ending)), "")
    headers = {
        "Content-Security-Policy": FILE_POLICY,
        "ETag": f'"{snapshot.tree.files.get(path, "")}"',
        "Cache-Control": "private, no-cache",
    }
    return Response(content_of(snapshot, path), 200, headers, _TYPES.get(ending, "text/plain; charset=utf-8"))
