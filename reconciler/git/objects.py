"""Objects by id: read through one long-lived `git cat-file`, written in one go by `git unpack-objects`.

Starting a process costs 2 ms and asking one that runs 0.05 ms, so reads share a process, and everything that belongs to
one commit is written by one more. Objects are handed over as a pack (gitformat-pack(5)), so that Git itself puts
them on the disk, with the permissions, the flushing and the checks that the repository asks for.
"""

import contextlib
import hashlib
import os
import re
import struct
import subprocess
import threading
import weakref
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

from reconciler.git.process import PATIENCE, call, checked, command, environment, start
from reconciler.model.errors import Refused, Unavailable
from runners.contract.mistakes import shown

Answer = TypeVar("Answer")
Kind = Literal["commit", "tree", "blob"]
_PACKED_AS: dict[Kind, int] = {"commit": 1, "tree": 2, "blob": 3}
_MANY = 200
"""From this number of objects on, they stay in the pack that they come in."""
_CHUNK = 1 << 20
_ID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AT_ONCE = 512
_TIMES = 2


@dataclass(frozen=True, slots=True)
class Info:
    """What is known of an object without its content."""

    id: str
    kind: str
    size: int


def object_id(kind: Kind, content: bytes, algorithm: str = "sha1") -> str:
    """Return the id that Git gives to an object."""
    whole = b"%s %d\0" % (kind.encode(), len(content)) + content
    return hashlib.new(algorithm, whole, usedforsecurity=False).hexdigest()


def pack(objects: Sequence[tuple[Kind, bytes]], algorithm: str = "sha1") -> bytes:
    """Return a pack, version 2, of whole objects (gitformat-pack(5))."""
    parts = [b"PACK" + struct.pack(">II", 2, len(objects))]
    for kind, content in objects:
        parts += (_pack_header(_PACKED_AS[kind], len(content)), zlib.compress(content, 1))
    body = b"".join(parts)
    return body + hashlib.new(algorithm, body, usedforsecurity=False).digest()


def _pack_header(number: int, size: int) -> bytes:
    header, byte, rest = bytearray(), (number << 4) | (size & 15), size >> 4
    while rest:
        header.append(byte | 0x80)
        byte, rest = rest & 0x7F, rest >> 7
    header.append(byte)
    return bytes(header)


class ObjectStore:
    """The objects of one repository. Any number of threads may use it.

    Args:
        git_dir: the repository's Git folder.
        algorithm: its hash, `sha1` or `sha256`.
        remedy: what a person does about damaged objects.
    """

    def __init__(self, git_dir: Path, algorithm: str = "sha1", *, remedy: str = "") -> None:
        self.git_dir = git_dir
        self._remedy = remedy or (
            f"take the object's file away and fetch it from a clone that has it, or restore {git_dir} from a backup; "
            "`git fsck` there lists all that is damaged"
        )
        self.algorithm = algorithm
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._stop: weakref.finalize[[subprocess.Popen[bytes], int], ObjectStore] | None = None

    def find(self, name: str) -> Info | None:
        """Look an object up by its id, a full ref, or `<commit>:<path>`; None where there is none.

        Raises:
            Unavailable: the repository can't be read, or the object is damaged.
        """
        return self._found(name) or self.check_whole(name)

    def read(self, name: str) -> bytes:
        """Return the content of an object.

        Raises:
            FileNotFoundError: there is no such object.
            Unavailable: the repository can't be read.
        """
        return next(iter(self.read_all([name])))

    def read_all(self, names: Sequence[str]) -> list[bytes]:
        """Return the contents of many objects, in their order, in one exchange for some hundreds of them.

        Raises:
            FileNotFoundError: one isn't there.
            Unavailable: the repository can't be read.
        """
        found: list[bytes | None] = []
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            found += self._ask("contents", some, partial(_contents, len(some)))
        if None in found:
            missing = names[found.index(None)]
            if self.check_whole(missing) is None:
                raise FileNotFoundError(missing)
            return self.read_all(names)  # it was written meanwhile
        return [content for content in found if content is not None]

    def check_whole(self, name: str) -> Info | None:
        """See that an object that Git calls missing isn't there: one that was emptied or cut off is called so too.

        Returns:
            What is known of it, if it was written since; None where there is no such object.

        Raises:
            Unavailable: it is there, and damaged.
        """
        file = self.git_dir / "objects" / name[:2] / name[2:]
        if not (_ID.fullmatch(name) and file.exists()):
            return None
        found = self._found(name)
        if found is None and file.exists():
            what = f"object {name} of {self.git_dir} is damaged: it is empty or cut off, as after a power cut"
            raise Unavailable(what, self._remedy)
        return found

    def _found(self, name: str) -> Info | None:
        return self._ask("info", [name], lambda answers: _info(answers.readline()))

    def copy(self, name: str, target: BinaryIO) -> None:
        """Write the content of an object to a file, however large it is.

        Raises:
            FileNotFoundError: there is no such object.
            Unavailable: the repository can't be read.
        """
        if not self._ask("contents", [name], lambda answers: _copied(answers, target), times=1):
            raise FileNotFoundError(name)

    def write(self, objects: Sequence[tuple[Kind, bytes]]) -> None:
        """Write objects, each whole or not at all; those that are there already are left as they are.

        Raises:
            Unavailable: the disk is full, or the repository can't be written.
        """
        if objects:
            verb = ("index-pack", "--stdin") if len(objects) >= _MANY else ("unpack-objects", "-q")
            checked(self.git_dir, *verb, stdin=pack(objects, self.algorithm))

    def write_files(self, files: Sequence[Path]) -> list[str]:
        """Write files as blobs, streaming the large ones; return their ids.

        Raises:
            Refused: a file's name has a line break, or it can't be read.
            Unavailable: the disk is full, or the repository can't be written.
        """
        odd = [str(file) for file in files if "\n" in str(file)]
        if odd:
            raise Refused(f"{shown(odd[0])} has a line break in its name", "rename the file")
        if not files:
            return []
        names = b"".join(os.fsencode(file.absolute()) + b"\n" for file in files)
        written = checked(self.git_dir, "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names)
        return written.text.split()

    def close(self) -> None:
        """End the process that reads; the next read starts another."""
        with self._lock:
            if self._stop is not None and self._owner == os.getpid():
                self._stop()
            self._process = self._stop = None

    def _ask(self, verb: str, names: Sequence[str], take: Callable[[BinaryIO], Answer], times: int = _TIMES) -> Answer:
        """Ask for objects and take the answers from the stream; a process that died is replaced and asked again."""
        if any("\n" in name or "\0" in name for name in names):
            raise FileNotFoundError(repr(names))
        request = "".join(f"{verb} {name}\n" for name in names).encode("utf-8", "surrogateescape") + b"flush\n"
        with self._lock:
            for _ in range(times - 1):
                with contextlib.suppress(EOFError, BrokenPipeError):
                    return self._exchange(request, take)
            try:
                return self._exchange(request, take)
            except (EOFError, BrokenPipeError) as error:
                raise self._ended(names) from error

    def _ended(self, names: Sequence[str]) -> Unavailable:
        """Tell why no process could read these objects, by asking another that may say so."""
        asked = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        output = call(self.git_dir, "cat-file", "--batch-check", stdin=asked)
        if not output.code:
            output = call(self.git_dir, "cat-file", "--batch", stdin=asked)
        if not output.code:
            return Unavailable(f"git cat-file ended in {self.git_dir}", "it is tried again")
        return Unavailable(f"an object of {self.git_dir} is damaged: {output.complaint}", self._remedy)

    def _exchange(self, request: bytes, take: Callable[[BinaryIO], Answer]) -> Answer:
        is_whole = False
        try:
            answer = take(self._sent(request))
            is_whole = True
        finally:
            if not is_whole:
                self.close()  # half an answer may be left in the stream
        return answer

    def _sent(self, request: bytes) -> BinaryIO:
        process = self._running()
        assert process.stdin
        assert process.stdout
        process.stdin.write(request)
        process.stdin.flush()
        return process.stdout  # type: ignore[return-value]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.close()
        line = command(self.git_dir, "cat-file", "--batch-command", "--buffer")
        process = start(line, self.git_dir, environment(), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._process, self._owner = process, os.getpid()
        self._stop = weakref.finalize(self, _end, process, os.getpid())
        return process


def _info(line: bytes) -> Info | None:
    """Read the header of an answer (`<id> <kind> <size>`); None for `<name> missing` and the like."""
    if not line:
        raise EOFError
    words = line.rsplit(b" ", 2)
    if len(words) != 3 or not words[2].strip().isdigit():
        return None
    return Info(words[0].decode(), words[1].decode(), int(words[2]))


def _contents(count: int, answers: BinaryIO) -> list[bytes | None]:
    return [_content(answers) for _ in range(count)]


def _content(answers: BinaryIO) -> bytes | None:
    info = _info(answers.readline())
    if info is None:
        return None
    content = answers.read(info.size + 1)
    if len(content) <= info.size:
        raise EOFError
    return content[:-1]


def _copied(answers: BinaryIO, target: BinaryIO) -> bool:
    """Copy the content of an answer; tell whether there was any object."""
    info = _info(answers.readline())
    rest = info.size if info else 0
    while rest:
        chunk = answers.read(min(rest, _CHUNK))
        if not chunk:
            raise EOFError
        rest -= target.write(chunk)
    return info is not None and bool(answers.read(1))


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Stop the process that reads, unless this one is a fork of the one that started it."""
    if owner != os.getpid():
        return
    process.kill()
    process.wait(PATIENCE)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
