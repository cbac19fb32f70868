"""Fetching into a mirror: within the room that there is, and leaving nothing behind that stops the next fetch.

A remote sends what it likes, and a forge hands out whatever anybody has pushed to a fork. Git has no bound for what it
fetches, so the process that writes the pack has one for its files.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from reconciler.git.process import BLOCK, Output
from reconciler.git.stale_locks import clear_stale
from reconciler.model.errors import Unavailable

LARGEST = 4 * 2**30
"""Bytes of the largest fetch."""
RESERVE = 256 * 2**20
"""Bytes of the disk that a fetch leaves to others."""
STALE = 3.0
"""Seconds after which the lock of a mirrored ref is nobody's any more: nobody works by hand in a mirror."""
_OPTIONS = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no")
_REMEMBERED = 1000
_SHALLOW = "because shallow roots are not allowed"
"""What Git says, with an exit code of 0, of a ref whose history ends too early: its objects come, it doesn't."""
_MARK = "has-half-a-history"


class TooLarge(Unavailable):
    """A ref is more than may be fetched."""


def mirrored(ref: str) -> str:
    """Return the ref of the mirror under which a remote's ref is kept."""
    return f"refs/mirror/{hashlib.sha256(ref.encode()).hexdigest()[:16]}"


class Fetcher:
    """Fetches from one remote; whoever uses it takes turns.

    Args:
        git_dir: the mirror.
        place: the remote, as people may see it.
        url: the remote, as Git reads it.
        run: runs a command of Git in the mirror, whose files have so many bytes at the most.
    """

    def __init__(self, git_dir: Path, place: str, url: str, run: Callable[[tuple[str, ...], int], Output]) -> None:
        self._git_dir = git_dir
        self._place = place
        self._url = url
        self._run = run
        self._too_large: dict[str, int] = {}
        self.complaint = ""
        """What Git said of the last fetch, where that failed."""

    def fetch(self, refs: Mapping[str, str]) -> bool:
        """Fetch refs; tell whether that went well.

        Args:
            refs: the object's id of each, as far as it is known. One that was too large isn't fetched again before
                there is more room, and the others are fetched all the same.

        Raises:
            Unavailable: one is more than may be fetched, the disk is full, or the remote took too long.
        """
        room = self._room()
        for ref, name in refs.items():
            if name and room <= self._too_large.get(name, -1):
                raise self._more_than(room, ref)
        output, largest = self._within(room, tuple(refs))
        self.complaint = output.complaint if output.code else ""
        self._mark(is_cut=_SHALLOW in output.stderr)
        if self.is_cut:
            what = f"{self._place} is a shallow clone: what descends from what can't be told from half a history"
            raise Unavailable(what, "`git fetch --unshallow` there, or name the repository that it was cloned from")
        if not output.code or largest < room - BLOCK:
            return not output.code
        if len(refs) > 1:
            return self._one_by_one(refs)
        ((ref, name),) = refs.items()
        if len(self._too_large) >= _REMEMBERED:
            self._too_large.clear()
        self._too_large[name] = room
        raise self._more_than(room, ref)

    @property
    def is_cut(self) -> bool:
        """Tell whether the mirror has commits without their history, as a remote that is shallow leaves it."""
        return (self._git_dir / _MARK).exists()

    def _mark(self, *, is_cut: bool) -> None:
        mark = self._git_dir / _MARK
        with contextlib.suppress(OSError):
            mark.touch() if is_cut else mark.unlink(missing_ok=True)

    def _one_by_one(self, refs: Mapping[str, str]) -> bool:
        refused: list[TooLarge] = []
        for ref, name in refs.items():
            try:
                self.fetch({ref: name})
            except TooLarge as error:
                refused.append(error)
        if refused:
            raise refused[0]
        return True

    def _within(self, room: int, refs: tuple[str, ...]) -> tuple[Output, int]:
        """Fetch; return what Git left, and the bytes of the largest file that it didn't finish.

        Of a file that would have been larger than it may Git says nothing: the process that writes it is just killed.
        """
        kept = {ref: mirrored(ref) for ref in refs}
        clear_stale(self._git_dir, kept.values(), STALE)
        before, largest, output = set(self._drafts()), 0, None
        try:
            output = self._run(("fetch", *_OPTIONS, self._url, *(f"+{ref}:{here}" for ref, here in kept.items())), room)
        finally:
            if output is None or output.code:
                largest = self._sweep(before)
        return output, largest

    def _room(self) -> int:
        try:
            free = shutil.disk_usage(self._git_dir).free - RESERVE
        except OSError as error:
            raise Unavailable(f"the mirror {self._git_dir} is gone: {error.strerror}", "start again") from error
        if free <= 0:
            what = (
                f"the disk that holds {self._git_dir} has less than {RESERVE // 2**20} MiB left, so nothing is fetched"
            )
            raise Unavailable(what, "free some space on it")
        return min(LARGEST, free)

    def _drafts(self) -> Iterator[Path]:
        return (self._git_dir / "objects" / "pack").glob("tmp_*")

    def _sweep(self, before: set[Path]) -> int:
        """Delete what a fetch that failed has left half-written, which Git keeps for two weeks; return its size."""
        largest = 0
        for draft in set(self._drafts()) - before:
            with contextlib.suppress(OSError):
                largest = max(largest, draft.stat().st_size)
                draft.unlink()
        return largest

    def _more_than(self, room: int, ref: str) -> "TooLarge":
        what = f"{self._place} sends more than {_size(room)} for {ref}, which is not fetched"
        return TooLarge(what, "take large files out of its history, or free space on the daemon's disk")


def _size(size: int) -> str:
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
