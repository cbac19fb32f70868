"""Around every runner: reads the request, digests what was left, writes `result.json` last, names what failed."""

import hashlib
import json
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runners.contract import (
    CRASHED,
    DEFECT,
    ERROR,
    RESULT,
    USAGE,
    InputError,
    Request,
    Result,
    RunnerError,
    SourceUnavailable,
    formats,
)
from runners.contract.request import FORMER, Misunderstood, read_request
from runners.contract.secrets import scrubbed, scrubbed_document
from runners.contract.versions import RUNNER_VERSIONS
from runners.declared import BUILT_IN, GROUP, declared
from runners.inputs import near
from runners.leavings import files_in
from runners.ranks import Helped, rank_of, size_of
from runners.sensitive import meets_sensitive
from runners.staging import deliver

Runner = Callable[[Request, Path], Result]
"""A runner: reads the request's inputs, writes files into the folder, returns what it found."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""What tells numeric libraries how many threads to start; read when they are imported, so set before."""


def main(arguments: list[str]) -> int:
    """Run the request in the file that is named; return the exit code of the contract."""
    if len(arguments) != 1:
        print("usage: python -m runners REQUEST.json", file=sys.stderr)
        return USAGE
    try:
        request = read_request(Path(arguments[0]).read_bytes())
    except Misunderstood as error:
        return _turn_down(error)
    except (OSError, ValueError) as error:
        print(f"{arguments[0]} is no request: {error}", file=sys.stderr)
        return USAGE
    prepare(os.environ)
    if rank_of():
        return _help(request)
    folder = _folder(request.output)
    last_words = _LastWords(request, folder)
    try:
        check_version(request)
        check_together(request)
        with last_words:
            last_words.asked = near(request)
            began = _now()
            finish(request, folder, _runner(request.runner)(last_words.asked, folder), began)
    except RunnerError as error:
        return _fail(request, folder, error)
    return last_words.exit_code


def _turn_down(error: Misunderstood) -> int:
    """Refuse the request of a newer daemon, where its output goes if that can be read, and in the log."""
    if error.request is None or rank_of():
        print(f"{error.what}\n{error.fix}", file=sys.stderr)
        return error.exit_code
    return _fail(error.request, _folder(error.request.output), error)


def exit_code_of(error: BaseException) -> int:
    """Tell an error that would come again from one that its surroundings may have caused.

    What the system refuses may be granted later, apart from what isn't there or isn't allowed; so with memory and
    with what a library says of a device. Of several processes, one that fails may only have lost another.
    """
    if isinstance(error, _LASTING):
        return DEFECT
    words = f"{' '.join(kind.__name__ for kind in type(error).__mro__)} {error}"
    may_pass = isinstance(error, OSError | MemoryError) or any(mark in words for mark in _PASSING)
    return CRASHED if may_pass or size_of() > 1 else DEFECT


_LASTING = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
_PASSING = ("OutOfMemory", "out of memory", "CUDA", "NCCL", "Accelerator", "start new thread", "killed by signal")
"""Parts of the names and the words of errors that libraries raise when memory, a device or a process fails them."""


def _help(request: Request) -> int:
    """Do one part of a job that several processes do; the first of them leaves what comes of it."""
    with tempfile.TemporaryDirectory(prefix="setpoint-") as folder:
        try:
            check_version(request)
            check_together(request)
            _runner(request.runner)(near(request), Path(folder))
        except Helped:
            return 0
        except RunnerError as error:
            _tell(request, error)
            return error.exit_code
    return 0


def check_version(request: Request) -> None:
    """See that the runner is of the version that the run is named for: another one's results would bear its name.

    Raises:
        InputError: it isn't.
    """
    named, own = request.provenance.get("runner_version"), RUNNER_VERSIONS.get(request.runner)
    if isinstance(named, int) and own is not None and named != own:
        what = f"the run is named for version {named} of the runner {request.runner}, and here is version {own}"
        raise InputError(what, "runner", "run it in an image, or an environment, of the daemon's version of Setpoint")


def check_together(request: Request) -> None:
    """See that a runner with several processes is one that knows what to do with them.

    Raises:
        InputError: it isn't.
    """
    if size_of() > 1 and not declared(request.runner).together:
        what = f"the runner {request.runner} is one process, and the job has {size_of()} nodes"
        able = sorted(name for name, runner in BUILT_IN.items() if runner.together)
        raise InputError(what, "resources.nodes", f"set it to 1, or use one of {', '.join(able)}")


def prepare(environ: dict[str, str] | os._Environ[str]) -> None:
    """Let a job's libraries use as many threads as it has cores, and its own log reach its output."""
    cpus = environ.get("SETPOINT_CPUS", "")
    if cpus.replace(".", "", 1).isdigit():
        for name in THREADS:
            environ.setdefault(name, str(max(1, int(float(cpus)))))
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    logging.getLogger("runners").setLevel(logging.INFO)


def _runner(name: str) -> Runner:
    """Import a runner's function.

    Raises:
        InputError: there is none of this name, or its package can't be loaded.
    """
    place = declared(name).run
    try:
        runner: Runner = EntryPoint(name, place, GROUP).load()
    except AttributeError as error:
        raise InputError(f"the runner {name} has no function {place}", "runner", "mend its declaration") from error
    return runner


class _LastWords:
    """Leaves an `error.json` when a runner fails in a way that nobody foresaw, its trace in the log, an exit code."""

    def __init__(self, request: Request, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self.asked = request
        self.exit_code = 0

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception) or isinstance(error, RunnerError):
            return False
        _tell_trace(error)
        self.exit_code = exit_code_of(error)
        words = "its words may hold sensitive values" if meets_sensitive(self.asked) else str(error)
        what = f"{type(error).__name__}: {words}".splitlines()[0][:500]
        is_defect = self.exit_code == DEFECT
        fix = "this is a defect of the runner: its log says where" if is_defect else "its log says where it failed"
        _leave_error(self._request, self._folder, RunnerError(what, fix=fix))
        return True


def finish(request: Request, folder: Path, result: Result, began: str = "") -> Result:
    """Write the result with the digests of all files, after everything else is on the disk.

    A file that the runner took over from another version has the digest that is told there, and isn't read again.

    Args:
        request: what was asked.
        folder: what was left.
        result: what is told of it.
        began: when the work began, in ISO 8601; empty where that isn't known.

    Raises:
        InputError: something that was left can't be kept.
    """
    there, taken = _files(folder), result.files
    files = {path: taken.get(path) or "sha256:" + _sha256(folder / path) for path in sorted({*there, *taken})}
    whole = result.model_copy(
        update={
            "files": files,
            "content": result.content or content_of(files),
            "provenance": {
                **request.provenance,
                **result.provenance,
                **({"started_at": began} if began else {}),
                "finished_at": _now(),
            },
        }
    )
    told = {**scrubbed_document(whole.model_dump(mode="json")), "files": files}
    _write(folder / RESULT, json.dumps(told, indent=2, ensure_ascii=False))
    deliver(folder, request.output, {path: f"{request.inputs[FORMER]}/{path}" for path in taken.keys() - set(there)})
    return whole


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def content_of(files: Mapping[str, str]) -> str:
    """Digest a set of files by their paths and digests."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()


def _fail(request: Request, folder: Path, error: RunnerError) -> int:
    """Tell a foreseen error in the log and where the output is; where nobody takes it there, all is tried again."""
    _tell(request, error)
    try:
        _leave_error(request, folder, error)
    except SourceUnavailable as lost:
        if lost.what != error.what:
            _tell(request, lost)
        return lost.exit_code
    return error.exit_code


def _tell(request: Request, error: RunnerError) -> None:
    """Tell a foreseen error in the log: the trace only of what lay beneath it, the message last."""
    if error.__cause__:
        _tell_trace(error.__cause__)
    where = f"{error.where}: " if error.where else ""
    told = f"{request.runner} failed: {where}{error.what}" + (f"\n{error.fix}" if error.fix else "")
    print(scrubbed(told), file=sys.stderr)


def _tell_trace(error: BaseException) -> None:
    print(scrubbed("".join(traceback.format_exception(error))), end="", file=sys.stderr)


def _leave_error(request: Request, folder: Path, error: RunnerError) -> None:
    told = {"format": formats.ERROR, "what": error.what, "where": error.where, "fix": error.fix}
    _write(folder / ERROR, json.dumps(scrubbed_document(told)))
    deliver(folder, request.output)


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme not in ("", "file"):
        return Path(tempfile.mkdtemp(prefix="setpoint-"))
    folder = Path(unquote(parts.path))
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (RESULT, ERROR):
        (folder / stale).unlink(missing_ok=True)
    return folder


def _files(folder: Path) -> list[str]:
    return [path for path in files_in(folder) if path.rpartition("/")[2] not in (RESULT, ERROR)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
