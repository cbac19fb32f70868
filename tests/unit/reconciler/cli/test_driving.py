"""Several environments in one process: each goes its own way, whatever the others hang on, and all end in time."""

import json
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import main
from reconciler.cli.exits import Exit
from reconciler.git.init import begin
from reconciler.providers.serving.local import LocalServing
from reconciler.settings import Settings
from tests.servers.ports import free_port
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.cli.test_run import LONGEST, PATIENCE, is_told, meanwhile, until
from tests.unit.reconciler.git.people import Clone

pytestmark = pytest.mark.usefixtures("signals_and_logs", "left")

MORE = "specs/pools/more.yaml"


class Daemon:
    """`setpoint run` on some places, with what it answers."""

    def __init__(self, *places: str, port: int) -> None:
        self.port = port
        self.line = ["run", "--log", "json", "--http", f"127.0.0.1:{port}", *places]

    def run(self) -> int:
        return main(self.line)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ready(self, environment: str) -> tuple[int, Any]:
        status, body = self.get(f"/readyz?environment={environment}")
        return status, json.loads(body).get("reasons")


@pytest.fixture
def dev(tmp_path: Path) -> Settings:
    return small_repository(tmp_path)


@pytest.fixture
def prod(dev: Settings) -> Settings:
    put(dev, "environments/prod/environment.yaml", "description: the real one\n")
    return Settings(dev.repository, "prod", "main", dev.home)


@pytest.fixture
def daemon(dev: Settings) -> Daemon:
    return Daemon("-C", dev.repository, "-e", "dev", "-e", "prod", "--home", str(dev.home), port=free_port())


def put(settings: Settings, path: str, text: str) -> None:
    file = Path(settings.repository) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    begin(Path(settings.repository), f"Change {path}", [path])


@pytest.mark.slow
def test_environments_of_one_repository_converge_side_by_side(
    dev: Settings, prod: Settings, daemon: Daemon, left: list[bool]
) -> None:
    def story() -> None:
        until(lambda: is_told(dev, "pools/shared") and is_told(prod, "pools/shared"), "the first pass of both")
        until(lambda: daemon.get("/readyz") == (200, '{"status": "ready", "reasons": []}\n'), "both to be ready")
        _, text = daemon.get("/metrics")
        for environment in ("dev", "prod"):
            assert f'setpoint_lease_held{{environment="{environment}",repository="{dev.repository}"}} 1.0' in text

    with meanwhile(story) as seconds:
        assert daemon.run() == Exit.OK
    assert seconds[0] < LONGEST
    assert not left


@pytest.mark.slow
def test_an_environment_whose_engine_hangs_holds_no_other_up(
    dev: Settings, prod: Settings, daemon: Daemon, left: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, go_on, plain = threading.Event(), threading.Event(), LocalServing.list

    def hang(serving: LocalServing) -> object:
        if "prod" in str(serving._store.folder):
            hangs.set()
            go_on.wait(2 * PATIENCE)
        return plain(serving)

    monkeypatch.setattr(LocalServing, "list", hang)

    def story() -> None:
        assert hangs.wait(PATIENCE)
        until(lambda: is_told(dev, "pools/shared"), "the first pass of dev")
        put(dev, MORE, "capacity: {cpus: 2}\n")
        until(lambda: is_told(dev, "pools/more"), "the next pass of dev")
        assert not is_told(prod, "pools/shared")
        assert daemon.ready("prod") == (503, ["prod: no pass has ended yet"])
        assert daemon.ready("dev")[0] == daemon.get("/healthz")[0] == 200

    with meanwhile(story) as seconds:
        assert daemon.run() == Exit.OK
    go_on.set()
    assert seconds[0] < LONGEST, "the one that hangs keeps no process"
    assert left == [True]


@pytest.mark.slow
def test_an_environment_whose_file_is_broken_from_the_start_holds_no_other_up(
    dev: Settings, prod: Settings, daemon: Daemon, left: list[bool], capfd: pytest.CaptureFixture[str]
) -> None:
    put(dev, "environments/prod/environment.yaml", "pool: {provider: nobody\n")

    def story() -> None:
        until(lambda: is_told(dev, "pools/shared"), "the first pass of dev")
        until(lambda: daemon.ready("dev")[0] == 200, "dev to be ready")
        until(lambda: "environment.yaml" in str(daemon.ready("prod")[1]), "prod to be in trouble")
        put(dev, "environments/prod/environment.yaml", "description: mended\n")
        until(lambda: daemon.ready("prod")[0] == 200, "prod to be ready")
        assert is_told(prod, "pools/shared")

    with meanwhile(story):
        assert daemon.run() == Exit.OK
    assert not left
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert {line["environment"] for line in lines if line["event"] == "no pass"} == {"prod"}


@pytest.mark.slow
def test_a_repository_that_isn_t_there_yet_holds_no_other_up(
    dev: Settings, left: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.loop.side_by_side.RETRY", timedelta(seconds=0.2))
    missing = tmp_path / "other"
    daemon = Daemon("-C", dev.repository, "-C", str(missing), "-e", "dev", "--home", str(dev.home), port=free_port())

    def problems() -> str:
        return str(daemon.ready("dev")[1])

    def story() -> None:
        until(lambda: is_told(dev, "pools/shared"), "the first pass of the one")
        until(lambda: f"dev of {missing}: the repository {missing} isn't there" in problems(), "trouble of the other")
        Clone(tmp_path / "draft", dev.repository).git("pull", "--quiet", "origin", "main")
        (tmp_path / "draft").rename(missing)
        until(lambda: daemon.ready("dev")[0] == 200, "both to be ready")
        assert len(list(dev.home.glob("*/repository.txt"))) == 2, "each has a home of its own"

    with meanwhile(story):
        assert daemon.run() == Exit.OK
    assert not left


def test_alone_what_cannot_be_opened_ends_the_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ("-C", str(tmp_path / "nowhere"), "-e", "dev", "--home", str(tmp_path))
    assert Daemon(*line, port=0).run() == Exit.UNAVAILABLE
    assert "isn't there" in capsys.readouterr().err
