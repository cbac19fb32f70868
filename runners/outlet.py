"""The outlet of a job or a replica: whatever it prints loses its secrets on the way, whoever in it prints.

A library's warning, its own log, the trace of a thread, what C code writes to standard error and what the user's script
says know nothing of `scrubbed`. So where a job has secrets it runs as a child of the process that was started as the
job, which reads its two streams, scrubs them line by line and passes them on: also the last words of one that is
killed. To whoever started it, it is the job still: a signal is handed on, and it ends as the job has ended.

A replica is known by its process id, asked for its CPU time and killed when it hangs, so it stays the process that was
started, and a child of its own scrubs what it prints. What locks it has are held until its last words are written.
"""

import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from runners.contract.secrets import known, scrubbed

LONGEST_LINE = 2**20
"""Bytes of a line that is passed on before its end has come."""
_OVERLAP = 2**16
"""Bytes of such a line that are kept back, so that no secret is cut in two."""
_PIECE = 2**16
_LAST_PIECES = 64
"""Pieces that are read of a stream at the job's end: more than a pipe holds."""
_HANDED_ON = (signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
_OF_THE_TERMINAL = (signal.SIGINT, signal.SIGHUP)
"""What a terminal sends to both processes."""
_STREAMS = (1, 2)


def scrubbing(job: Callable[[], int], environ: Mapping[str, str] = os.environ) -> int:
    """Run a job, so that no secret of the environment is in what it prints; return its exit code."""
    if not any(known(environ).values()):
        return job()
    _flush()
    pipes, (heard, mouth) = _pipes(), os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [*_HANDED_ON, *_OF_THE_TERMINAL, signal.SIGCHLD])
    child = os.fork()
    if not child:
        _lead_into(pipes, (heard, mouth))
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return job()
    _listen(child, mouth)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return _end_as(_pass_on(child, _streams(pipes, environ), heard))


def scrub_beside(environ: Mapping[str, str] = os.environ) -> None:
    """Let a child of this process scrub what it prints from now on, until it ends."""
    if not any(known(environ).values()):
        return
    _flush()
    pipes, (heard, alive) = _pipes(), os.pipe()
    if os.fork():
        _lead_into(pipes, (heard,))  # `alive` stays open for as long as this process lives
        return
    for number in (*_HANDED_ON, *_OF_THE_TERMINAL):
        signal.signal(number, signal.SIG_IGN)
    os.close(alive)
    _pass_on_from_beside(_streams(pipes, environ), heard)
    os._exit(0)


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()


def _streams(pipes: Mapping[int, tuple[int, int]], environ: Mapping[str, str]) -> "dict[int, _Stream]":
    """Return what is read, by the ends that it is read from; the ends that are written to are the other process'."""
    for end in {write for _, write in pipes.values()}:
        os.close(end)
    streams = {read: _Stream(stream, environ) for stream, (read, _) in pipes.items()}
    for read in streams:
        os.set_blocking(read, False)
    return streams


def _pipes() -> dict[int, tuple[int, int]]:
    """Return a pipe for each stream: one for both where they lead to the same place, so that their order stays."""
    first = os.pipe()
    is_same = os.path.samestat(*map(os.fstat, _STREAMS))
    return {1: first, 2: first if is_same else os.pipe()}


def _lead_into(pipes: Mapping[int, tuple[int, int]], strays: Iterable[int]) -> None:
    """Let the streams of this process lead into the pipes, and close what is the other process'."""
    for stream, (_, write) in pipes.items():
        os.dup2(write, stream)
    for end in {*strays, *(end for pipe in pipes.values() for end in pipe)}:
        os.close(end)


def _listen(child: int, mouth: int) -> None:
    """Hand on to the job what is sent to this process, and be woken when the job ends."""
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in _OF_THE_TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    for number in _HANDED_ON:
        signal.signal(number, lambda number, _: _send(child, number))


def _send(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)


class _Stream:
    """One stream of the job: what is read of it, and where it goes on to."""

    def __init__(self, target: int, environ: Mapping[str, str]) -> None:
        self._target = target
        self._environ = environ
        self._rest = b""

    def take(self, piece: bytes) -> None:
        """Pass on what is whole of what has come."""
        data = self._rest + piece
        end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if end:
            self._rest = data[end:]
            self._write(self._clean(data[:end]))
        elif len(data) > LONGEST_LINE:
            data = self._clean(data)
            self._write(data[:-_OVERLAP])
            self._rest = data[-_OVERLAP:]
        else:
            self._rest = data

    def end(self) -> None:
        """Pass on the rest."""
        self._write(self._clean(self._rest))
        self._rest = b""

    def _clean(self, data: bytes) -> bytes:
        text = data.decode("utf-8", "surrogateescape")
        return scrubbed(text, self._environ).encode("utf-8", "surrogateescape")

    def _write(self, data: bytes) -> None:
        with suppress(OSError):  # nobody reads it any more, or the disk is full: what prints goes on
            while data:
                data = data[os.write(self._target, data) :]


def _pass_on(child: int, streams: dict[int, _Stream], heard: int) -> int:
    """Pass on what the job prints until it has ended; return its status, as waitpid(2) tells it.

    What it left running may hold the streams open: it isn't waited for.
    """
    ended, status = 0, 0
    while not ended:
        if _take_next(streams, heard):
            os.read(heard, _PIECE)
            ended, status = os.waitpid(child, os.WNOHANG)
    _take_last(streams)
    return status


def _pass_on_from_beside(streams: dict[int, _Stream], heard: int) -> None:
    """Pass on what the other process prints until it has ended, whatever it left running."""
    while not _take_next(streams, heard):
        pass
    _take_last(streams)


def _take_next(streams: dict[int, _Stream], heard: int) -> bool:
    """Wait until something comes, and take it; tell whether it is news of the other process."""
    ready, _, _ = select.select([*streams, heard], [], [])
    for read in [read for read in ready if read != heard]:
        if not _take(read, streams[read]):
            streams.pop(read).end()
    return heard in ready


def _take_last(streams: Mapping[int, _Stream]) -> None:
    """Take what is left in the pipes, however much what is left running writes there."""
    for read, stream in streams.items():
        for _ in range(_LAST_PIECES):
            if not _take(read, stream):
                break
        stream.end()


def _take(read: int, stream: _Stream) -> bool:
    """Take a piece of what is there of a stream; tell whether more may come."""
    try:
        piece = os.read(read, _PIECE)
    except BlockingIOError:
        return True
    stream.take(piece)
    return bool(piece)


def _end_as(status: int) -> int:
    """Return the exit code of the job; where a signal ended it, end this process by the same."""
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    number = os.WTERMSIG(status)
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number  # the first process of a container is not ended by its own signal
