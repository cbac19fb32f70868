"""The payload log on a disk: files of a bounded size in a folder of a bounded size, the oldest of which go.

Processes share a folder and none knows of another: each looks now and then how much there is, and removes what is too
much. A file that another process still appends to is the newest of its own; should it go, that process begins another.
"""

import contextlib
import os
import stat
from pathlib import Path
from threading import Lock

import structlog
from prometheus_client import Counter

PARTS = 16
"""How many files a quota has room for: what is removed at once is one of them."""
REMOVED = Counter("setpoint_payloads_removed_bytes_total", "Bytes of payload logs that were removed for their quota.")


class Files:
    """Appends to files, whole lines or nothing.

    Args:
        root: the folder whose files are counted together, at any depth.
        quota: bytes that they may have.
    """

    def __init__(self, root: Path, quota: int) -> None:
        self._root = root
        self._quota = quota
        self._numbers: dict[Path, int] = {}
        self._unchecked = quota
        self._lock = Lock()

    def __call__(self, path: Path, content: bytes) -> None:
        """Append lines to the file of a name, or to the next of that name where it has become too large.

        Raises:
            OSError: the disk is full, can't be written to, or the lines alone are more than the quota.
        """
        if len(content) > self._quota // 2:
            raise OSError(27, f"an event of {len(content)} bytes is too large for a quota of {self._quota}")
        with self._lock:
            append_whole(self._place(path), content)
            self._unchecked += len(content)
            if self._unchecked >= self._quota // (2 * PARTS):
                self._unchecked = 0
                self._keep_quota()

    def _place(self, path: Path) -> Path:
        number = self._numbers.get(path, 0)
        with contextlib.suppress(FileNotFoundError):
            while _numbered(path, number).stat().st_size >= self._quota // PARTS:
                number += 1
        self._numbers = {path: number}
        return _numbered(path, number)

    def _keep_quota(self) -> None:
        """Remove the oldest files until there is room for what is written until the next look."""
        found = sorted(_files(self._root))
        excess = sum(size for _, size, _ in found) - self._quota + self._quota // PARTS
        for _, size, path in found[:-1]:
            if excess <= 0:
                break
            path.unlink(missing_ok=True)
            excess -= size
            REMOVED.inc(size)
            structlog.get_logger().warning("a payload log was removed for its quota", file=str(path), quota=self._quota)


def _numbered(path: Path, number: int) -> Path:
    return path.with_stem(f"{path.stem}-{number}") if number else path


def _files(root: Path) -> list[tuple[int, int, Path]]:
    """List files by the time they were last written, with their sizes; links are none."""
    found = []
    for folder, _, names in os.walk(root):
        for path in (Path(folder, name) for name in names if name.endswith(".jsonl")):
            with contextlib.suppress(FileNotFoundError):
                told = path.lstat()
                found += [(told.st_mtime_ns, told.st_size, path)] if stat.S_ISREG(told.st_mode) else []
    return found


def append_whole(path: Path, content: bytes) -> None:
    """Append to a file, or leave it as it was.

    Raises:
        OSError: the disk is full, or can't be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        if os.write(file, content) < len(content):
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise OSError(28, "no space left on the device")
    finally:
        os.close(file)
