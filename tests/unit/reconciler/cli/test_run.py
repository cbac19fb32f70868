"""`setpoint run` as wired: it writes while it holds the lease, and ends in time whatever hangs."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from reconciler.cli import main
from reconciler.cli.exits import Exit
from reconciler.cli.status_reader import read_status
from reconciler.git.init import begin
from reconciler.git.local import LocalRepository
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import open_repository
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.providers.pools.local import LocalPool
from reconciler.settings import Settings
from reconciler.wiring import SystemClock
from tests.unit.reconciler.cli.ground import small_repository

PATIENCE = 30.0
LONGEST = 5.0
SPAN = timedelta(seconds=1)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("signals_and_logs")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_repository(tmp_path)


def until(truth: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < end, f"waited for {what}"
        threading.Event().wait(0.02)


@contextmanager
def meanwhile(story: Callable[[], None]) -> Iterator[list[float]]:
    """Play a story beside the daemon, which has this thread, then send SIGTERM; give the seconds it took to end."""
    seconds: list[float] = []
    failures: list[BaseException] = []

    def play() -> None:
        try:
            story()
        except BaseException as error:  # noqa: BLE001  raised below
            failures.append(error)
        seconds.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=play)
    thread.start()
    yield seconds
    seconds[:] = [time.monotonic() - seconds[0]]
    thread.join(PATIENCE)
    if failures:
        raise failures[0]


def daemon(settings: Settings) -> int:
    place = ("-C", settings.repository, "-e", settings.environment, "--home", str(settings.home))
    return main(["run", "--log", "json", "--http", "127.0.0.1:0", *place])


def is_told(settings: Settings, address: str) -> bool:
    return address in read_status(settings).statuses


class Hanging:
    """Movements of the lease's ref that hang while they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.is_hanging = threading.Event()
        self.swap = swap = LocalRepository.swap
        me = threading.local()

        def hang(repository: LocalRepository, updates: list[RefUpdate], *, patience: float | None = None) -> None:
            if not self.go_on.is_set() and not getattr(me, "is_other", False):
                self.is_hanging.set()
                self.go_on.wait(PATIENCE)
            swap(repository, updates, patience=patience)

        self._me = me
        monkeypatch.setattr(LocalRepository, "swap", hang)

    def spare_me(self) -> None:
        """Let this thread's movements go through."""
        self._me.is_other = True


def test_a_daemon_whose_renewal_hangs_writes_nothing_when_another_has_taken_over(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, left: list[bool], tmp_path: Path
) -> None:
    monkeypatch.setattr("reconciler.wiring.lease_span", lambda _: SPAN)
    line = Hanging(monkeypatch)
    other = Lease(
        open_repository(settings.repository, tmp_path), "dev", "other:1", SystemClock(), span=timedelta(hours=1)
    )
    configured = settings.home / "pool" / "pools"

    def story() -> None:
        line.spare_me()
        until(lambda: is_told(settings, "pools/shared"), "the first pass")
        line.go_on.clear()
        assert line.is_hanging.wait(PATIENCE)
        until(lambda: _takes(other), "the other to take over")
        place = Path(settings.repository)
        (place / "specs/pools/more.yaml").write_text("capacity: {cpus: 2}\n")
        begin(place, "More", ["specs"])
        threading.Event().wait(1.0)
        assert not is_told(settings, "pools/more")
        line.go_on.set()
        threading.Event().wait(1.0)
        assert not is_told(settings, "pools/more")
        assert [path.name for path in configured.iterdir()] == ["pools%2Fshared.json"]
        assert other.read().holder == "other:1"

    with meanwhile(story):
        assert daemon(settings) == Exit.OK
    assert other.read().holder == "other:1", "and it doesn't give back what isn't its own"
    assert not left


def _takes(lease: Lease) -> bool:
    try:
        lease.acquire()
    except LeaseHeld:
        return False
    return True


def test_it_gives_the_lease_back_when_it_is_told_to_stop(settings: Settings, left: list[bool], tmp_path: Path) -> None:
    lease = Lease(open_repository(settings.repository, tmp_path), "dev", "other:1", SystemClock())
    with meanwhile(lambda: until(lambda: is_told(settings, "pools/shared"), "the first pass")) as seconds:
        assert daemon(settings) == Exit.OK
    assert seconds[0] < LONGEST
    assert not left
    assert (lease.read().holder, lease.read().token) == ("", 1)


def test_two_daemons_of_one_name_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers have their hosts' names and the process id 1 in common."""
    from reconciler.wiring import holder_name

    monkeypatch.setattr("os.getpid", lambda: 1)
    assert holder_name() != holder_name()


def test_a_remote_that_accepts_and_never_answers_does_not_keep_it(settings: Settings, left: list[bool]) -> None:
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as hole:
        url = f"git://127.0.0.1:{hole.getsockname()[1]}/repository.git"
        far = Settings(url, "dev", "main", settings.home)
        with meanwhile(lambda: kept.append(hole.accept()[0])) as seconds:
            assert daemon(far) == Exit.OK
    for line in kept:
        line.close()
    assert seconds[0] < LONGEST
    assert not left


def test_a_provider_that_hangs_does_not_keep_it(
    settings: Settings, left: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, go_on = threading.Event(), threading.Event()

    def hang(_: LocalPool) -> None:
        hangs.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(LocalPool, "list", hang)
    with meanwhile(lambda: hangs.wait(PATIENCE) and None) as seconds:
        assert daemon(settings) == Exit.OK
    go_on.set()
    assert seconds[0] < LONGEST
    assert left == [True]


def test_a_repository_that_is_out_of_reach_is_told_in_the_log(
    settings: Settings, left: list[bool], capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told: list[str] = []

    def story() -> None:
        until(lambda: told.append(capfd.readouterr().err) or "out of reach" in "".join(told), "the log")

    with meanwhile(story):
        daemon(Settings(f"git://127.0.0.1:{port}/x.git", "dev", "main", settings.home))
    assert "".join(told).count("the lease is out of reach") == 1


def test_the_page_is_served_beside_the_loop_and_ends_with_it(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = ("-C", settings.repository, "-e", settings.environment, "--home", str(settings.home))

    def asked() -> bytes:
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/v1/environments", timeout=PATIENCE) as answer:
                return bytes(answer.read())
        except URLError:
            return b""

    def story() -> None:
        until(lambda: b'"alive"' in asked(), "the page to tell that its own daemon lives")

    with meanwhile(story):
        code = main(["run", "--log", "json", "--http", "127.0.0.1:0", "--web", f"127.0.0.1:{port}", *place])
    assert code == Exit.OK
    assert asked() == b""
