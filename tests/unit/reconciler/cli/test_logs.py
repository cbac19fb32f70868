"""`setpoint logs`: which job is meant, and following it; the replicas of a deployment."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cli import logs
from reconciler.cli.logs import _read, endpoint_of, followed, left_out, newest_job
from reconciler.cli.status_reader import open_status
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Job, JobState
from reconciler.ports.pool import LOG_LIMIT
from reconciler.providers.memory import MemoryPool, World
from reconciler.providers.serving.local.records import Replica
from reconciler.providers.serving.local.store import Store
from reconciler.settings import Settings
from reconciler.yaml.dump import dump
from tests.unit.reconciler import stage
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, OLD, endpoint, revision

POOL = Address("pools/shared")


def job(name: str, state: JobState, hour: int | None = None) -> Job:
    ended = datetime(2026, 1, 5, hour, tzinfo=UTC) if hour is not None else None
    return Job(RunName(f"monitors/m/{name}"), POOL, "risk", state, ended=ended)


@pytest.mark.parametrize(
    ("jobs", "newest"),
    [
        ([job("a", JobState.SUCCEEDED, 1), job("b", JobState.FAILED, 2)], "monitors/m/b"),
        ([job("a", JobState.SUCCEEDED, 3), job("b", JobState.FAILED, 2)], "monitors/m/a"),
        ([job("a", JobState.RUNNING), job("b", JobState.FAILED, 2)], "monitors/m/a"),
        ([job("a", JobState.WAITING), job("b", JobState.FAILED, 2)], "monitors/m/b"),
        ([], ""),
    ],
)
def test_a_failed_job_is_found_as_well_as_an_accepted_one(jobs: list[Job], newest: str) -> None:
    others = {RunName("monitors/other/c"): job("c", JobState.RUNNING)}
    assert newest_job({j.run: j for j in jobs} | others, "monitors/m") == newest
    assert newest_job({j.run: j for j in jobs}, "monitors/renamed", "monitors/m") == newest


def test_a_log_is_followed_until_its_job_has_ended() -> None:
    texts, ends = iter(["a\nb\n", "a\nb\n", "b\nc\n", "b\nc\nd\n"]), iter([True, True, True, False])
    told = list(followed("a\n", lambda: next(texts), lambda: next(ends), poll=0))
    assert told == ["b\n", "", "…\nb\nc\n", "d\n"]


@pytest.fixture
def replicas(settings: Settings) -> Path:
    """Leave an endpoint of two replicas, as a daemon would have; return the folder of their logs."""
    served = revision(Replica(0), Replica(1))
    store = Store(settings.home / "serving" / "dev")
    store.put(endpoint(served, revision(Replica(0), name=NEW), traffic={OLD: 100}))
    store.prepare()
    for slot in (0, 1):
        store.replica(DEPLOYMENT, OLD, slot).log.write_text(f"starts\nserves by {slot} \x1b]0;title\x07\n")
    return store.folder / "replicas"


@pytest.mark.usefixtures("status", "replicas")
def test_of_a_deployment_the_replicas_are_read(say: Say, place: tuple[str, ...], settings: Settings) -> None:
    home = ("--home", str(settings.home))
    told = say("logs", "deployments/employment", "-n", "1", "--json", *place, *home)
    assert (told.code, told.err) == (0, "")
    texts = {f"{OLD}-{slot}": f"serves by {slot} \x1b]0;title\x07\n" for slot in (0, 1)}
    assert told.json == {"deployment": "deployments/employment", "revisions": {OLD: texts}}
    assert "\x1b" not in told.out
    told = say("logs", "deployments/employment", *place, *home)
    assert told.out.splitlines()[0] == f"{OLD}-0 | starts"
    assert say("logs", "deployments/employment", "--revision", NEW[:3], *place, *home).out == ""


@pytest.mark.usefixtures("status")
def test_a_deployment_that_was_renamed_answers_by_its_first_name(settings: Settings) -> None:
    assert endpoint_of(settings, "deployments/digits") == "deployments/digits"
    document = {
        "address": "deployments/digits",
        "state": "ready",
        "conditions": [],
        "facts": {"moved_from": ["numbers", "figures"]},
    }
    open_status(settings).write({"status/deployments/digits.yaml": dump(document)}, "dev: renamed")
    assert endpoint_of(settings, "deployments/digits") == "deployments/numbers"


@pytest.mark.usefixtures("status")
def test_what_has_no_replicas_says_so(say: Say, place: tuple[str, ...]) -> None:
    told = say("logs", "deployments/employment", *place)
    assert (told.code, told.out) == (3, "")
    assert "deployments/employment has no endpoint" in told.err
    told = say("logs", "experiments/employment", "--revision", "ab", *place)
    assert "experiments/employment is no deployment" in told.err


def test_a_job_s_log_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool(MemoryPool):
        """Its job printed a password."""

        def logs(self, run: RunName) -> str:
            return f"{run}: hunter-two\n"

    world = World()
    engines = replace(stage.engines(world), pool=Pool(world))
    monkeypatch.setenv("SETPOINT_SECRET_DB", "hunter-two")
    assert _read(engines, "monitors/m/a") == "monitors/m/a: ${secret:DB}\n"


class FilePool(MemoryPool):
    """Its jobs' logs are one file of this machine."""

    def __init__(self, world: World, path: Path) -> None:
        super().__init__(world)
        self.path = path

    def log_file(self, _: RunName) -> Path:
        return self.path


@pytest.mark.parametrize(("lines", "is_told"), [(0, True), (400_000, True), (3, True), (2, False), (1, False)])
def test_a_log_without_its_beginning_says_so_and_where_all_is(tmp_path: Path, lines: int, is_told: bool) -> None:
    (tmp_path / "1.log").write_bytes(b"x" * (LOG_LIMIT + 5))
    world = World()
    engines = replace(stage.engines(world), pool=FilePool(world, tmp_path / "1.log"))
    told = left_out(engines, "monitors/m/a", "two\nlines\n", lines)
    what = "the beginning is left out: the log has 1,048,581 bytes, and its last 1,048,576 are read"
    assert told == (f"{what}; {tmp_path}/1.log has all of it" if is_told else "")


def test_a_log_that_is_whole_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "1.log").write_bytes(b"x" * LOG_LIMIT)
    world = World()
    engines = replace(stage.engines(world), pool=FilePool(world, tmp_path / "1.log"))
    assert left_out(engines, "monitors/m/a", "x" * LOG_LIMIT, 0) == ""
    assert left_out(replace(engines, pool=FilePool(world, tmp_path / "none")), "monitors/m/a", "", 0) == ""


def test_of_a_log_elsewhere_it_is_told_when_it_fills_what_is_read() -> None:
    engines = stage.engines(World())
    assert left_out(engines, "monitors/m/a", "x" * (LOG_LIMIT // 2), 0) == ""
    assert "the last 1,048,576 bytes" in left_out(engines, "monitors/m/a", "é" * (LOG_LIMIT // 2), 0)


def test_the_missing_beginning_is_told_on_standard_error(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1.log").write_bytes(b"x" * (LOG_LIMIT + 5))
    world = World()
    engines = replace(stage.engines(world), pool=FilePool(world, tmp_path / "1.log"))
    monkeypatch.setattr(logs, "engines_of", lambda _: engines)
    monkeypatch.setattr(logs, "_read", lambda *_: "its end\n")
    logs._of_run(settings, "monitors/m/a", 0, follow=False, to_json=False)
    told = capsys.readouterr()
    assert (told.out, told.err[:25]) == ("its end\n", "the beginning is left out")
