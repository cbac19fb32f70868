"""Running git: with a clean environment, without hooks, prompts or translated output, and with an end to waiting.

GitPython runs its commands in the environment of its own process, in which a hook leaves `GIT_DIR`,
`GIT_INDEX_FILE` or `GIT_QUARANTINE_PATH`: commands would then reach another repository than the one they are told. So
commands are run here.
"""

import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.text import without_credentials

PATIENCE = 600.0
"""Seconds after which a local command is stopped; hashing large files takes a while."""
FAR_PATIENCE = 120.0
"""Seconds after which a command that talks to a remote is stopped."""
ASKING_PATIENCE = 30.0
"""The same for one that only asks a remote for its refs."""
BLOCK = 512
"""Bytes by which a shell counts the size of files."""

_KEPT = re.compile(r"GIT_(SSH.*|ASKPASS|SSL_.*|PROXY_.*|HTTP_.*|EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))")
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.filesRefLockTimeout": "2000",
    "core.packedRefsTimeout": "5000",
    "core.fsync": "loose-object,reference",
    "gc.autoDetach": "false",  # no command leaves a process behind that nobody knows of
    "maintenance.auto": "false",  # nor packs what it has written: `upkeep` does, beside whoever writes
    "fetch.unpackLimit": "1",  # what is fetched stays one file, whose size can be bounded
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "30",
}
"""What every command is told: among it that what it writes is on the disk before it says so, not only packs.

Git leaves new objects and refs to the system's cache, and a power cut then leaves empty files that refs point to.
"""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command left: its exit code and what it wrote."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Return the standard output as text; bytes that are no UTF-8 survive a round trip."""
        return self.stdout.decode("utf-8", "surrogateescape")

    @property
    def complaint(self) -> str:
        """Return the line in which git said what is wrong, without credentials; for people, never to be parsed."""
        lines = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
        line = (fatal or lines or [f"exit code {self.code}"])[-1]
        return without_credentials(line.removeprefix("fatal:").removeprefix("error:").strip())


class Calls:
    """Commands that can be cancelled, all at once and by any thread, such as those that talk to one remote."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._cancelled: set[subprocess.Popen[bytes]] = set()
        self._most = math.inf

    def cancel(self, most: float) -> None:
        """End the commands that run now.

        Args:
            most: seconds that later ones may take at the most.
        """
        with self._lock:
            self._most = most
            self._cancelled |= self._running
            for process in self._running:
                _kill(process)

    @contextlib.contextmanager
    def running(self, process: "subprocess.Popen[bytes]", patience: float) -> Iterator[float]:
        """Let a command be cancelled, which leads a group of processes; give the seconds that it may take.

        Raises:
            Unavailable: it was cancelled.
        """
        with self._lock:
            self._running.add(process)
            patience = min(patience, self._most)
        try:
            yield patience
        finally:
            with self._lock:
                self._running.discard(process)
                is_cancelled = process in self._cancelled
                self._cancelled.discard(process)
        if is_cancelled:
            raise Unavailable("a git command was cancelled, as the daemon stops", "start the daemon again")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a command, and with it what it has started."""
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)


def environment(ceiling: Path | None = None) -> dict[str, str]:
    """Return the environment for git: this process's, without what hooks leave behind, without prompts, with an author.

    Args:
        ceiling: a folder from which upwards no repository is looked for.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or _KEPT.fullmatch(key)}
    looked_for = {"GIT_CEILING_DIRECTORIES": str(ceiling)} if ceiling else {}
    return (
        kept
        | looked_for
        | {
            "LC_ALL": "C",
            "LANGUAGE": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",  # an id is what it names: a pushed refs/replace/* puts nothing in its place
            "SSH_ASKPASS_REQUIRE": "never",
            "GIT_COMMITTER_NAME": "Setpoint",
            "GIT_COMMITTER_EMAIL": "setpoint@localhost",
        }
    )


def command(place: Path, *arguments: str, in_work_tree: bool = False) -> list[str]:
    """Return the command line for a repository, by its Git folder or, with `in_work_tree`, by its work tree."""
    where = ["-C", str(place)] if in_work_tree else [f"--git-dir={place}"]
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    return ["git", *where, *settings, *arguments]


def bounded(line: list[str], largest: int | None) -> list[str]:
    """Return a command line whose processes write no file of more bytes: ulimit(1p), which counts in blocks."""
    return line if largest is None else ["sh", "-c", 'ulimit -f "$0" && exec "$@"', str(largest // BLOCK), *line]


def call(
    place: Path,
    *arguments: str,
    stdin: bytes = b"",
    patience: float = PATIENCE,
    in_work_tree: bool = False,
    calls: Calls | None = None,
    given: Mapping[str, str] = MappingProxyType({}),
    largest: int | None = None,
) -> Output:
    """Run a git command and return what it left, whatever its exit code.

    Args:
        place: the Git folder, or the work tree.
        arguments: the command and its arguments.
        stdin: what it reads.
        patience: seconds after which it is stopped.
        in_work_tree: `place` is a work tree.
        calls: by what it can be cancelled.
        given: environment variables that it has beside the usual ones.
        largest: bytes of the largest file that it may write; it fails where it would need more.

    Raises:
        Unavailable: the folder is gone, the command took too long, or it was cancelled.
        Refused: git isn't installed.
    """
    line = bounded(command(place, *arguments, in_work_tree=in_work_tree), largest)
    env = {**environment(place.parent if in_work_tree else None), **given}
    stream = subprocess.PIPE if stdin else subprocess.DEVNULL
    with start(line, place, env, stdin=stream) as process, (calls or Calls()).running(process, patience) as seconds:
        try:
            out, err = process.communicate(stdin or None, seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            raise Unavailable(
                f"git {arguments[0]} took longer than {seconds:g} s in {place}", "see the disk and the network"
            ) from None
    return Output(process.returncode, out, err.decode("utf-8", "replace"))


def start(
    line: list[str], place: Path, env: dict[str, str], *, stdin: int, stderr: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that no signal meant for this process reaches it.

    Raises:
        Unavailable: the folder is gone.
        Refused: git isn't installed.
    """
    try:
        return subprocess.Popen(
            line,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=place,
            env=env,
            start_new_session=True,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        if place.is_dir():
            raise Refused("git is not installed", "install Git 2.38 or newer and have it in PATH") from error
        raise Unavailable(f"the Git folder {place} is gone", "restore it, or start again with another one") from error


def checked(place: Path, *arguments: str, stdin: bytes = b"", patience: float = PATIENCE) -> Output:
    """Run a git command that has no reason to fail.

    Raises:
        Unavailable: it failed all the same; the disk is full, or the repository is damaged.
        Refused: git isn't installed.
    """
    output = call(place, *arguments, stdin=stdin, patience=patience)
    if output.code:
        raise failure(place, arguments[0], output)
    return output


def failure(place: Path, verb: str, output: Output) -> Unavailable:
    """Return the error for a command that failed without a reason that the caller knows."""
    try:
        free = shutil.disk_usage(place).free
    except OSError:
        free = None
    if free is not None and free < 1 << 20:
        return Unavailable(f"the disk that holds {place} is full", "free some space on it")
    return Unavailable(f"git {verb} failed in {place}: {output.complaint}", "`git fsck` there tells what is damaged")
