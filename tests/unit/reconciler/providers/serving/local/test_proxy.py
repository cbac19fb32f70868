"""One Caddy: kept alive with its configuration, adopted, ended."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.serving.local.processes import is_alive, pid_of, tell
from reconciler.providers.serving.local.proxy import Proxy, ProxyFiles, find_caddy, kept_of
from reconciler.providers.serving.local.routing import Json, router
from reconciler.providers.serving.local.sites import Places, Site
from reconciler.providers.serving.local.unix_http import ask
from tests.unit.reconciler.providers.serving.local.conftest import Wait
from tests.unit.reconciler.providers.serving.local.told import OLD

pytestmark = pytest.mark.usefixtures("no_process_left")


def config(folder: Path, *names: str) -> Json:
    """Make a configuration with some sites."""
    places = Places(
        *(folder / name for name in ("a.sock", "in.sock", "pub.sock", "errors", "storage", "metrics", "a", "b"))
    )
    return router(places, [Site(name, {OLD: []}, {}) for name in names])


@pytest.fixture
def files(tmp_path: Path) -> ProxyFiles:
    return ProxyFiles(tmp_path / "it.json", tmp_path / "it.lock", tmp_path / "it.log", tmp_path / "a.sock")


@pytest.fixture
def proxy(files: ProxyFiles, wait: Wait) -> Iterator[Proxy]:
    proxy = Proxy("router", files, os.environ)
    yield proxy
    proxy.stop()
    wait(lambda: not proxy.is_alive)


def answer(folder: Path, path: str) -> str:
    return ask(folder / "in.sock", path, timeout=5)[1].decode()


def test_it_is_started_and_serves(proxy: Proxy, tmp_path: Path, wait: Wait) -> None:
    wanted = config(tmp_path, "shop")
    assert not proxy.keep(wanted, monotonic())
    wait(lambda: proxy.keep(wanted, monotonic()))
    assert "/shop" in answer(tmp_path, "/")
    assert "caddy_http_requests_total" in (proxy.metrics() or "")


def test_it_takes_another_configuration_as_it_runs(proxy: Proxy, tmp_path: Path, wait: Wait) -> None:
    """A connection that comes amid the change may be broken off; the door tries such a request again."""

    def is_other() -> bool:
        try:
            return "/other" in answer(tmp_path, "/")
        except ConnectionError:
            return False

    first, second = config(tmp_path, "shop"), config(tmp_path, "other")
    wait(lambda: proxy.keep(first, monotonic()))
    pid = pid_of(proxy.files.lock)
    assert proxy.keep(second, monotonic())
    wait(is_other)
    assert pid_of(proxy.files.lock) == pid
    assert json.loads(proxy.files.config.read_text()) == second


def test_the_next_daemon_adopts_it_and_nothing_is_counted_anew(
    proxy: Proxy, files: ProxyFiles, tmp_path: Path, wait: Wait
) -> None:
    wanted = config(tmp_path, "shop")
    wait(lambda: proxy.keep(wanted, monotonic()))
    answer(tmp_path, "/")
    before = proxy.metrics()
    again = Proxy("router", files, os.environ)
    assert again.keep(wanted, monotonic())
    assert pid_of(files.lock) == pid_of(proxy.files.lock)
    assert _requests(again.metrics()) == _requests(before) == 1


def test_one_whose_process_id_nobody_has_noted_is_ended_too(
    proxy: Proxy, files: ProxyFiles, tmp_path: Path, wait: Wait
) -> None:
    """A daemon may be killed between the start of a process and the note of its id."""
    wait(lambda: proxy.keep(config(tmp_path, "shop"), monotonic()))
    noted = files.lock.read_text()
    files.lock.write_text(" " * len(noted))
    again = Proxy("router", files, os.environ)
    again.stop()
    wait(lambda: not again.is_alive)
    files.lock.write_text(noted)  # for whoever buries it


def _requests(text: str | None) -> float:
    lines = [line for line in (text or "").splitlines() if line.startswith("caddy_http_requests_total")]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_one_that_died_is_started_anew(proxy: Proxy, tmp_path: Path, wait: Wait) -> None:
    wanted = config(tmp_path, "shop")
    wait(lambda: proxy.keep(wanted, monotonic()))
    tell(proxy.files.lock, signal.SIGKILL)
    wait(lambda: not proxy.is_alive)
    assert proxy.metrics() is None
    wait(lambda: proxy.keep(wanted, monotonic()))
    assert "/shop" in answer(tmp_path, "/")


@pytest.mark.slow
def test_one_that_can_t_run_is_tried_less_and_less(proxy: Proxy, tmp_path: Path, wait: Wait) -> None:
    wrong: Json = {"admin": {"listen": f"unix/{tmp_path}/a.sock|0600"}, "apps": {"nonsense": {}}}
    starts, now = 0, 0.0
    for _ in range(40):
        now += 0.25
        wait(lambda: not proxy.is_alive)
        before = proxy.files.lock.stat().st_mtime_ns if proxy.files.lock.exists() else 0
        assert not proxy.keep(wrong, now)
        starts += proxy.files.lock.stat().st_mtime_ns != before
    assert 10 <= starts < 20


def test_a_configuration_that_is_refused_leaves_the_former(proxy: Proxy, tmp_path: Path, wait: Wait) -> None:
    good = config(tmp_path, "shop")
    wait(lambda: proxy.keep(good, monotonic()))
    assert not proxy.keep({**good, "apps": {"nonsense": {}}}, monotonic())
    assert "/shop" in answer(tmp_path, "/")


def test_it_inherits_little(proxy: Proxy, files: ProxyFiles, tmp_path: Path, wait: Wait) -> None:
    shy = Proxy("router", files, {**os.environ, "SETPOINT_SECRET_X": "s3cret"})
    wait(lambda: shy.keep(config(tmp_path, "shop"), monotonic()))
    environ = Path(f"/proc/{pid_of(files.lock)}/environ").read_text()
    assert "SECRET" not in environ
    assert f"HOME={tmp_path}" in environ


def test_the_program_is_found_beside_this_python_or_told_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_executable(find_caddy({}))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(Refused, match="caddy is not installed"):
        find_caddy({"PATH": str(tmp_path)})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "caddy").touch(mode=0o700)
    assert find_caddy({"PATH": str(tmp_path / "bin")}) == str(tmp_path / "bin" / "caddy")


def is_executable(path: str) -> bool:
    return os.access(path, os.X_OK)


def test_nothing_runs_at_first(proxy: Proxy) -> None:
    assert not proxy.is_alive
    assert not is_alive(proxy.files.lock)
    proxy.stop()


@pytest.mark.parametrize(
    ("environ", "cores", "kept"),
    [
        ({}, 1, {"GOMAXPROCS": "1"}),
        ({"PATH": "/bin", "SECRET": "x"}, 2, {"GOMAXPROCS": "1", "PATH": "/bin"}),
        ({"GOMAXPROCS": "2"}, 2, {"GOMAXPROCS": "2"}),
        ({}, 8, {}),
    ],
)
def test_it_has_one_core_where_there_are_few_and_nobody_says_otherwise(
    environ: dict[str, str], cores: int, kept: dict[str, str]
) -> None:
    assert kept_of(environ, cores) == kept
