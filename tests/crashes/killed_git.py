"""Git commands that are watched, and what one that is killed leaves: all of it made by killing real ones in a copy."""

import hashlib
import os
import shutil
import stat
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.git import process
from tests.crashes.git_lines import READING, named, verb_of

_LONG_AGO = 1_000_000_000

Seen = Callable[[str, Path | None], None]
"""Told of each point of a write by its name, with a repository that stands so where it isn't the watched one."""


@contextmanager
def watched(repository: Path, scratch: Path, seen: Seen) -> Iterator[None]:
    """Tell of every point of every write to a repository, one write at a time; also of those amid a write.

    Args:
        repository: the bare repository.
        scratch: an empty folder for copies in which Git is killed.
        seen: told of each point.
    """
    lock, counts = threading.Lock(), Counter[str]()

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, line: list[str], **options: Any) -> None:
            self.line, self.verb = line, verb_of(line)
            if self.verb not in READING:
                lock.acquire()
            super().__init__(line, **options)

        def communicate(self, fed: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
            if self.verb in READING:
                return super().communicate(fed, timeout)
            try:
                name = named(self.verb, fed or b"")
                counts[name] += 1
                point = f"{name} #{counts[name]}"
                seen(f"before {point}", None)
                for amid, copy in _broken_off(self.line, fed or b"", repository, scratch):
                    seen(f"amid {point} {amid}", copy)
                told = super().communicate(fed, timeout)
                seen(f"after {point}", None)
                return told
            finally:
                lock.release()

    kept = {name: getattr(subprocess, name) for name in ("PIPE", "DEVNULL", "TimeoutExpired")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "subprocess", SimpleNamespace(Popen=Watched, **kept))
        yield


def _broken_off(line: list[str], fed: bytes, repository: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Kill a command in copies of its repository; yield each with what was done."""
    if not fed:
        return
    half = copied(repository, scratch / "half")
    _run(line, half, repository, fed[: len(fed) // 2])
    yield "by half of its input", half
    if "update-ref" in line:
        locked = copied(repository, scratch / "locked")
        told = _run(line, locked, repository, fed, hooks=_killing_hooks(scratch))
        assert told.returncode == -9, told
        age(locked)
        yield "with its locks", locked


def _run(
    line: list[str], copy: Path, repository: Path, fed: bytes, hooks: Path | None = None
) -> "subprocess.CompletedProcess[bytes]":
    moved = [word.replace(str(repository), str(copy)) for word in line]
    if hooks:
        moved = [f"core.hooksPath={hooks}" if word.startswith("core.hooksPath=") else word for word in moved]
    return subprocess.run(moved, input=fed, cwd=copy, env=process.environment(), capture_output=True, check=False)


def _killing_hooks(scratch: Path) -> Path:
    """Make a hook that kills the Git that calls it, when that has locked all that it is about to move."""
    hook = scratch / "hooks" / "reference-transaction"
    if not hook.exists():
        hook.parent.mkdir(parents=True)
        hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && kill -9 $PPID\nexit 0\n')
        hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    return hook.parent


def copied(repository: Path, place: Path) -> Path:
    """Copy a repository to a place; objects, which never change, are linked."""
    shutil.rmtree(place, ignore_errors=True)

    def copy(file: str, target: str) -> None:
        if "/objects/" in file:
            os.link(file, target)
        else:
            shutil.copy2(file, target)

    return Path(shutil.copytree(repository, place, copy_function=copy))


def digest_of(repository: Path) -> str:
    """Return the same text for repositories that hold the same: files by their content, objects by their names."""
    found = hashlib.sha256()
    for path in sorted(path for path in repository.rglob("*") if path.is_file()):
        name = path.relative_to(repository).as_posix()
        found.update(name.encode() + (b"" if name.startswith("objects/") else path.read_bytes()))
    return found.hexdigest()


def age(repository: Path) -> None:
    """Make everything that a killed Git has left unfinished old, as if nobody had looked for a day."""
    for pattern in ("*.lock", "*.new"):
        for path in repository.rglob(pattern):
            os.utime(path, (_LONG_AGO, _LONG_AGO))
