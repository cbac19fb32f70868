"""Whatever a job prints loses its secrets on the way, and the job's end stays what it is."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runners.outlet import LONGEST_LINE
from tests.house.yardstick import ROOT

SECRETS = {
    "SETPOINT_SECRET_WAREHOUSE": 'postgresql://me:hid@den"w0rd@host:5432/db?sslpassword=hidden-too',
    "SETPOINT_SECRET_KEY": "-----BEGIN KEY-----\nMIIhiddenhidden\n-----END KEY-----\n",
}
CREDENTIALS = {
    "SETPOINT_CREDENTIALS": "FSSPEC_LAKEFS_ACCESS_TOKEN,FSSPEC_LAKEFS_HOST,FSSPEC_LAKEFS_VERIFY",
    "FSSPEC_LAKEFS_ACCESS_TOKEN": "eyJ-hidden-token",
    "FSSPEC_LAKEFS_HOST": "https://lake:8000",
    "FSSPEC_LAKEFS_VERIFY": "true",
}
DOOR = """
import sys
from runners.outlet import scrubbing
def job():
    import ctypes, logging, os, signal, subprocess, threading, time, warnings
    url, key = (os.environ.get("SETPOINT_SECRET_" + name, "") for name in ("WAREHOUSE", "KEY"))
    libc = ctypes.CDLL(None)
    {body}
sys.exit(scrubbing(job))
"""
BESIDE = DOOR.replace("import scrubbing", "import scrub_beside").replace(
    "sys.exit(scrubbing(job))", "scrub_beside()\njob()"
)
WAYS = pytest.mark.parametrize("door", [DOOR, BESIDE], ids=["job", "replica"])


def start(
    body: str, secrets: dict[str, str] | None = None, door: str = DOOR, **options: object
) -> subprocess.Popen[bytes]:
    code = door.format(body=body.replace("\n", "\n    "))
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **(SECRETS if secrets is None else secrets)}
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-c", code], env=environ, **told)  # type: ignore[call-overload, no-any-return]


def run(body: str, secrets: dict[str, str] | None = None, door: str = DOOR) -> tuple[int, str, str]:
    with start(body, secrets, door) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape")


@WAYS
@pytest.mark.parametrize(
    "body",
    [
        "print('reading', url)",
        "warnings.warn(f'{url} is odd')",
        "logging.getLogger('sqlalchemy').warning('connecting to %s', url)",
        "threading.Thread(target=lambda: int(url)).start()",
        "os.write(2, f'port {url.split(chr(58))[3]}'.encode())",
        "libc.puts(url.encode()); libc.fflush(None)",
        "subprocess.run(['sh', '-c', 'echo $SETPOINT_SECRET_WAREHOUSE; echo $SETPOINT_SECRET_KEY >&2'])",
        "sys.stdout.write(url[:20]); sys.stdout.flush(); time.sleep(0.05); print(url[20:])",
        "print(key); print(repr(key)); print('key', key.splitlines()[1])",
        "print('.' * 2**20 + url + '.' * 2**20)",
        "sys.stderr.buffer.write(b'\\xff\\xfe ' + url.encode())",
        "raise ValueError(url)",
        "os.write(1, url.encode()); os.kill(os.getpid(), signal.SIGKILL)",
        "for n in range(2000): print(n, url); print(n, url, file=sys.stderr)",
    ],
)
def test_no_secret_is_in_what_is_printed_whoever_prints(body: str, door: str) -> None:
    _, out, err = run(body, door=door)
    assert not any(part in out + err for part in ("hidd", "eden", "w0rd")), out[-500:] + err[-500:]
    assert "${secret:" in out + err


def test_the_streams_and_what_is_no_secret_stay_as_they_are() -> None:
    code, out, err = run("print('a line'); sys.stderr.write('another\\rwithout an end')\nreturn 75")
    assert (code, out, err) == (75, "a line\n", "another\rwithout an end")
    assert run(f"sys.stdout.write('x' * {3 * LONGEST_LINE})")[1] == "x" * 3 * LONGEST_LINE
    assert run("sys.stdout.buffer.write(bytes(range(128, 256)))")[1] == bytes(range(128, 256)).decode(
        "utf-8", "surrogateescape"
    )


def test_where_both_streams_lead_to_one_place_their_order_stays(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        body = "for n in range(500): os.write(1, b'out %d\\n' % n); os.write(2, b'err %d\\n' % n)"
        assert start(body, stdout=log, stderr=subprocess.STDOUT).wait(60) == 0
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines == [f"{stream} {n}" for n in range(500) for stream in ("out", "err")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_what_ends_the_job_ends_what_was_started_as_it(number: signal.Signals) -> None:
    assert run(f"os.kill(os.getpid(), {int(number)})")[0] == -number


def test_a_signal_is_handed_on_to_the_job() -> None:
    with start("signal.signal(15, lambda *_: os._exit(42))\nprint('ready', flush=True)\ntime.sleep(60)") as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.terminate()
        assert process.wait(30) == 42


def test_what_a_job_left_running_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    with (
        (tmp_path / "log").open("w") as log,
        start("subprocess.Popen(['sleep', '20'])\nprint('done')", stdout=log) as job,
    ):
        assert job.wait(15) == 0
        assert time.monotonic() - begun < 15
    assert (tmp_path / "log").read_text() == "done\n"


def test_a_job_whose_output_nobody_reads_goes_on(tmp_path: Path) -> None:
    body = f"time.sleep(0.3)\nfor n in range(3000): os.write(1, b'x' * 100)\nopen({str(tmp_path / 'done')!r}, 'w')"
    with start(body) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait(30) == 0
    assert (tmp_path / "done").exists()


def test_without_secrets_the_job_is_the_process_itself() -> None:
    with start("print(os.getpid(), flush=True)", {}) as process:
        assert process.communicate(timeout=30)[0] == b"%d\n" % process.pid


@WAYS
def test_credentials_of_the_data_store_are_secrets_and_what_else_it_is_reached_by_is_none(door: str) -> None:
    body = "for name in ('ACCESS_TOKEN', 'HOST', 'VERIFY'): print(os.environ['FSSPEC_LAKEFS_' + name])"
    assert run(body, CREDENTIALS, door)[1] == "${secret:FSSPEC_LAKEFS_ACCESS_TOKEN}\nhttps://lake:8000\ntrue\n"


def test_a_replica_stays_the_process_that_was_started() -> None:
    with start("print(os.getpid(), flush=True); time.sleep(60)", door=BESIDE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"%d\n" % process.pid
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM


def test_a_lock_of_a_replica_is_held_until_its_last_words_are_written(tmp_path: Path) -> None:
    body = "for n in range(300): print(n, url)\nos.write(1, b'last words'); os.kill(os.getpid(), 9)"
    with (tmp_path / "log").open("w") as log, (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with start(body, door=BESIDE, stdout=log, pass_fds=[lock.fileno()]) as process:
            lock.close()
            assert process.wait(30) == -signal.SIGKILL
    with (tmp_path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert (tmp_path / "log").read_text().endswith("\n299 ${secret:WAREHOUSE}\nlast words")
