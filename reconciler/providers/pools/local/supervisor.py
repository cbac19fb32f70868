"""The supervisor of one job: a small process between the pool and the job that outlives the daemon.

    python -I -S supervisor.py FOLDER ATTEMPT TIMEOUT GRACE COMMAND...

It starts a session of its own, claims the attempt by creating `<attempt>.claim.json` in the folder, which only one
process can do, runs the command as its child, and leaves `<attempt>.exit.json` when that has ended. After TIMEOUT
seconds, or when it is sent SIGTERM itself, it sends SIGTERM to the job's whole process group and GRACE seconds later
SIGKILL. Whatever the job left running goes with it, also what has made itself a session of its own (on Linux), and so
does its temporary folder. What is printed goes where the pool has opened standard output; a job that prints more than
a log may hold is ended as at its timeout.

Only what starts fast is imported, and the JSON is written by hand: a job waits for this file to be loaded.
"""
# Importing pathlib takes longer than all the rest of this file.
# ruff: noqa: PTH103, PTH106, PTH108, PTH112, PTH114, PTH116, PTH118, PTH123, PTH208

import os
import select
import signal
import sys
import time

TYPE_CHECKING = False  # type checkers take it for typing's, which takes long to load
if TYPE_CHECKING:
    from collections.abc import Callable
    from resource import struct_rusage

TIMED_OUT, STOPPED, FLOODS = "timeout", "stopped", "log"
"""Why a job was ended before it ended by itself."""
LARGEST_LOG = 2**28
"""Bytes that a job may print: a log that fills the disk would take the daemon and all other jobs with it."""
_LOOK = 5.0
"""Seconds between two looks at the log."""


def identity(pid: int) -> str:
    """Return what tells a live process from a later one with the same id; empty when it is dead or a zombie.

    On Linux that is the machine's boot id and the process's start in clock ticks since then (proc_pid_stat(5),
    fields 3 and 22); elsewhere the start time that `ps` tells.
    """
    if not os.path.isdir("/proc/self"):
        return os.popen(f"ps -o lstart= -p {int(pid)}").read().strip()
    try:
        with open(f"/proc/{int(pid)}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] in (b"Z", b"X") else f"{boot_id()}:{fields[19].decode()}"


def boot_id() -> str:
    """Return what the system drew at random when it started (proc(5)); empty where it has no such thing."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def create(name: str, text: str) -> bool:
    """Create a file whole, unless it is there; tell whether it was this call that created it."""
    part = f"{name}.{os.getpid()}.part"
    with open(part, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(part, name)
    except FileExistsError:
        return False
    finally:
        os.unlink(part)
    return True


def execute(command: list[str]) -> None:
    """Turn this process into a program."""
    os.execvp(command[0], command)


def main(arguments: list[str], turn_into: "Callable[[list[str]], None]" = execute) -> int:
    """Run one attempt of a job to its end, unless another supervisor has it already.

    `turn_into` turns a fresh child into the job, and doesn't return.
    """
    folder, attempt, timeout, grace, *command = arguments
    os.closerange(3, 4096)
    if os.getpid() != os.getsid(0):
        os.setsid()
    os.chdir(folder)
    me = os.getpid()
    claimed = create(f"{attempt}.claim.json", f'{{"pid": {me}, "identity": "{identity(me)}"}}')
    if not claimed or not _is_there(folder):
        return 0
    signals = _Signals()
    started = time.time()
    os.environ["TMPDIR"] = scratch = _scratch(started)
    _adopt_orphans()
    child = os.fork() or _become(turn_into, command, f"{attempt}.work")
    status, usage, why = _watch(child, signals, float(timeout), float(grace))
    code, by = (os.WEXITSTATUS(status), 0) if os.WIFEXITED(status) else (-1, os.WTERMSIG(status))
    unit = 1 if sys.platform == "darwin" else 1024
    told = (
        f'{{"code": {code}, "signal": {by}, "why": "{why}", "started": {started!r}, "ended": {time.time()!r}, '
        f'"cpu_seconds": {usage.ru_utime + usage.ru_stime:.3f}, "peak_memory": {usage.ru_maxrss * unit}}}'
    )
    _end_orphans(float(grace))
    _remove(scratch)
    create(f"{attempt}.exit.json", told)
    os.killpg(0, signal.SIGKILL)
    return 0


def _scratch(started: float) -> str:
    """Make the job's own temporary folder; its path is short, since sockets in it may have 108 bytes (unix(7))."""
    folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"setpoint-job-{os.getpid()}-{int(started)}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _remove(path: str) -> None:
    """Delete a folder and all below it, as far as that may be: links unfollowed, and not a thousand levels down."""
    try:
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
            return
        for name in os.listdir(path):
            _remove(os.path.join(path, name))
        os.rmdir(path)
    except (OSError, RecursionError):
        return


def _adopt_orphans() -> None:
    """Become the parent of what the job's processes leave behind: prctl(2), PR_SET_CHILD_SUBREAPER, on Linux.

    It takes two milliseconds, for which the job waits: what it leaves sooner would be nobody's.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def _end_orphans(grace: float) -> None:
    """Kill what the job has left running, and what that leaves, until nothing is left or time is up."""
    deadline = time.monotonic() + max(grace, 1.0)
    while time.monotonic() < deadline:
        for pid in _children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.01)
        except ChildProcessError:
            return


def _children() -> "list[int]":
    """Return the process ids of this process's children, by proc_pid_stat(5), field 4; none without /proc."""
    me, found = str(os.getpid()).encode(), []
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            with open(f"/proc/{int(name)}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except (ValueError, OSError):
            continue
        if fields[1] == me and fields[0] != b"Z":
            found.append(int(name))
    return found


def _is_there(folder: str) -> bool:
    """Tell whether the job's folder is still in its place: a cancelled job's is moved away."""
    try:
        return os.path.samestat(os.stat(folder), os.stat("."))
    except FileNotFoundError:
        return False


class _Signals:
    """Tells when the child changes or the supervisor is told to stop; waits with a timeout on any POSIX."""

    def __init__(self) -> None:
        self.stop = False
        self._ear, mouth = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(mouth, False)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._told_to_stop)

    def _told_to_stop(self, *_: object) -> None:
        self.stop = True

    def wait(self, seconds: float) -> None:
        select.select([self._ear], [], [], max(0.0, min(seconds, 3600.0)))
        try:
            os.read(self._ear, 4096)
        except BlockingIOError:
            return


def _watch(child: int, signals: _Signals, timeout: float, grace: float) -> "tuple[int, struct_rusage, str]":
    deadline, why = time.monotonic() + timeout, ""
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return status, usage, why
        now = time.monotonic()
        if why and now >= deadline:
            os.kill(child, signal.SIGKILL)
            deadline = now + grace
        elif not why and (why := _ends(signals, now >= deadline)):
            os.killpg(0, signal.SIGTERM)
            deadline = now + grace
        signals.wait(min(deadline - now, _LOOK))


def _ends(signals: _Signals, is_late: bool) -> str:
    """Tell why a job is to be ended; empty while it isn't."""
    if signals.stop:
        return STOPPED
    if is_late:
        return TIMED_OUT
    return FLOODS if os.fstat(1).st_size > LARGEST_LOG else ""


def _become(turn_into: "Callable[[list[str]], None]", command: list[str], folder: str) -> int:
    """Turn this process, a fresh child, into the job."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
        turn_into(command)
    except OSError as error:
        os.write(2, f"{command[0]} could not be started: {error}\n".encode())
    os._exit(127)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
