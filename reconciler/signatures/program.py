"""Running a program that checks signatures: in a private folder, in a bare environment, with an end to waiting."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from reconciler.disk import writing
from reconciler.model.errors import Unavailable

PATIENCE = 20.0
"""Seconds after which a program is stopped; an honest signature takes some milliseconds."""
MOST = 256 * 1024
"""Bytes of what a program prints that are looked at."""
_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "ssh-keygen": "install OpenSSH 8.9 or newer and have ssh-keygen in PATH",
        "gpg": "install GnuPG 2.2 or newer and have gpg in PATH",
    }
)


@dataclass(frozen=True, slots=True)
class Output:
    """What a program left: its exit code, and what it printed on both of its streams, each cut to `MOST` bytes."""

    code: int
    text: str
    complaint: str


@contextlib.contextmanager
def private(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Give a folder of this user's alone that holds some files; nothing stays of it.

    Raises:
        Unavailable: the disk can't be written.
    """
    with contextlib.ExitStack() as stack:
        with writing(Path(tempfile.gettempdir())):
            made = tempfile.TemporaryDirectory(prefix="setpoint-signature-", ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made))
            for path, content in files.items():
                (folder / path).write_bytes(content)
        yield folder


def run(folder: Path, line: Sequence[str], stdin: str | None = None, patience: float = PATIENCE) -> Output:
    """Run a program in a private folder; return what it left, whatever its exit code.

    Args:
        folder: the folder, which is its home, too.
        line: the program and its arguments.
        stdin: the file of the folder that it reads, if it reads any.
        patience: seconds after which it is stopped, with all that it has started.

    Raises:
        Unavailable: it isn't installed, or it took too long.
    """
    environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}
    with (
        (folder / stdin).open("rb") if stdin else Path(os.devnull).open("rb") as given,
        (folder / "stdout").open("w+b") as out,
        (folder / "stderr").open("w+b") as err,
    ):
        try:
            process = subprocess.Popen(
                line, stdin=given, stdout=out, stderr=err, cwd=folder, env=environ, start_new_session=True
            )
        except OSError as error:
            what = f"{line[0]} is not installed, and signatures can't be checked"
            raise Unavailable(what, _HINTS.get(line[0], "install it and have it in PATH")) from error
        code = _waited(process, line[0], patience)
        return Output(code, _start_of(out), _start_of(err))


def _waited(process: "subprocess.Popen[bytes]", name: str, patience: float) -> int:
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        what = f"{name} took longer than {patience:g} s over a signature"
        raise Unavailable(what, "see how busy the machine is; it is tried again") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _start_of(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(MOST).decode("utf-8", "replace")
