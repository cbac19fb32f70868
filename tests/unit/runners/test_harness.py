"""Around every runner: the result is last, and whatever goes wrong leaves a word and an exit code."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import fsspec
import pytest

from runners import declared, harness
from runners.contract import Crashed, InputError, Request, Result, SourceUnavailable
from runners.declared import Runner
from runners.harness import content_of, exit_code_of, finish, main, prepare
from runners.ranks import Helped

Order = Callable[..., Path]


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Return a function that writes a request to a file."""

    def write(runner: str = "made-up", output: str | None = None, **more: Any) -> Path:
        place = output or f"file://{tmp_path}/out"
        told = Request(run="x/y/0123456789ab", runner=runner, output=place, provenance={"commit": "c"}, **more)
        path = tmp_path / "request.json"
        path.write_text(told.model_dump_json())
        return path

    return write


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[harness.Runner], None]:
    """Return a function that lets the runner `made-up` be a function."""

    def put(run: harness.Runner) -> None:
        module = ModuleType("made_up_runner")
        module.run = run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "made_up_runner", module)
        known = declared.BUILT_IN.get("made-up", Runner("", 1))
        monkeypatch.setattr(declared, "BUILT_IN", {"made-up": replace(known, run="made_up_runner:run")})

    return put


Install = Callable[[harness.Runner], None]


def writes(request: Request, folder: Path) -> Result:
    (folder / "deep").mkdir()
    (folder / "deep/file.txt").write_text("hello")
    return Result(metrics={"a": 1.0}, provenance={"source": "s"})


def test_a_runner_leaves_its_result_with_the_digest_of_every_file(
    order: Order, install: Install, tmp_path: Path
) -> None:
    install(writes)
    assert main([str(order())]) == 0
    result = Result.model_validate_json((tmp_path / "out/result.json").read_bytes())
    assert result.files == {"deep/file.txt": "sha256:" + hashlib.sha256(b"hello").hexdigest()}
    assert result.content == content_of(result.files)
    finished = datetime.fromisoformat(result.provenance.pop("finished_at"))
    assert datetime.fromisoformat(result.provenance.pop("started_at")) <= finished
    assert abs(datetime.now(UTC) - finished) < timedelta(minutes=10)
    assert result.provenance == {"commit": "c", "source": "s"}


def test_a_content_of_the_runners_own_is_kept(tmp_path: Path) -> None:
    request = Request(run="x", runner="x", output=str(tmp_path))
    assert finish(request, tmp_path, Result(content="mine")).content == "mine"


def test_the_former_attempts_words_are_gone(order: Order, install: Install, tmp_path: Path) -> None:
    install(lambda request, folder: Result())
    (tmp_path / "out").mkdir()
    for name in ("result.json", "error.json"):
        (tmp_path / "out" / name).write_text("stale")
    assert main([str(order())]) == 0
    assert not (tmp_path / "out/error.json").exists()


@pytest.mark.parametrize(("error", "code"), [(InputError, 65), (SourceUnavailable, 75), (Crashed, 71)])
def test_a_foreseen_error_becomes_its_exit_code(
    order: Order, install: Install, tmp_path: Path, error: type[InputError], code: int
) -> None:
    def fails(request: Request, folder: Path) -> Result:
        raise error("it broke", "here", "mend it")

    install(fails)
    assert main([str(order())]) == code
    told = json.loads((tmp_path / "out/error.json").read_text())
    assert told == {"format": 1, "what": "it broke", "where": "here", "fix": "mend it"}
    assert not (tmp_path / "out/result.json").exists()


def test_a_foreseen_error_is_told_in_words_not_by_a_trace(
    order: Order, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(request: Request, folder: Path) -> Result:
        raise InputError("the data has no column agee", "features", "did you mean age?")

    install(fails)
    assert main([str(order())]) == 65
    assert capsys.readouterr().err == "made-up failed: features: the data has no column agee\ndid you mean age?\n"


def test_an_unforeseen_error_leaves_its_last_words_and_its_trace(
    order: Order, install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(request: Request, folder: Path) -> Result:
        raise ZeroDivisionError("by nought\nand more")

    install(breaks)
    assert main([str(order())]) == 70
    told = json.loads((tmp_path / "out/error.json").read_text())
    assert told["what"] == "ZeroDivisionError: by nought"
    assert "a defect of the runner: its log says where" in told["fix"]
    assert "Traceback" in capsys.readouterr().err
    assert not (tmp_path / "out/result.json").exists()


@pytest.mark.parametrize("name", ["schema.json", "signature.json"])
def test_where_columns_are_sensitive_the_words_of_a_foreign_error_stay_in_the_log(
    order: Order, install: Install, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(request: Request, folder: Path) -> Result:
        raise ValueError("could not convert 'Geheim'")

    install(breaks)
    data = tmp_path / "data"
    data.mkdir()
    (data / name).write_text(json.dumps({"columns": {"name": {"type": "string", "sensitive": True}}}, indent=1))
    assert main([str(order(inputs={"dataset": data.as_uri()}))]) == 70
    assert "Geheim" not in (tmp_path / "out/error.json").read_text()
    assert "Geheim" in capsys.readouterr().err


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyError("age"), 70),
        (RuntimeError("Inputs and outputs should have the same type"), 70),
        (FileNotFoundError(2, "No such file or directory"), 70),
        (PermissionError(13, "Permission denied"), 70),
        (RecursionError(), 70),
        (OSError(28, "No space left on device"), 71),
        (ConnectionResetError(), 71),
        (MemoryError(), 71),
        (OutOfMemoryError("tried to allocate 2 GiB"), 71),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), 71),
    ],
)
def test_what_would_come_again_is_told_from_what_may_pass(error: Exception, code: int) -> None:
    assert exit_code_of(error) == code


def test_one_of_several_processes_may_only_have_lost_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert exit_code_of(RuntimeError("Connection closed by peer")) == 71


def test_a_runner_that_is_not_there_is_told(order: Order, tmp_path: Path) -> None:
    assert main([str(order("tabluar"))]) == 65
    told = json.loads((tmp_path / "out/error.json").read_text())
    assert "there is no runner tabluar" in told["what"]
    assert "tabular" in told["fix"]


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["/no/such/request.json"]])
def test_a_wrong_command_line_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 64
    assert capsys.readouterr().err


def test_a_file_that_is_no_request_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text('{"run": 3}')
    assert main([str(tmp_path / "x.json")]) == 64
    assert "is no request" in capsys.readouterr().err


def test_what_is_far_away_is_delivered(order: Order, install: Install) -> None:
    import fsspec

    install(writes)
    assert main([str(order(output="memory://somewhere/out"))]) == 0
    files = fsspec.filesystem("memory")
    assert files.cat("/somewhere/out/deep/file.txt") == b"hello"
    assert json.loads(files.cat("/somewhere/out/result.json"))["accepted"]


@pytest.mark.parametrize(
    ("told", "threads"),
    [({"SETPOINT_CPUS": "2.5"}, "2"), ({"SETPOINT_CPUS": "0.5"}, "1"), ({}, None), ({"SETPOINT_CPUS": "x"}, None)],
)
def test_libraries_are_told_how_many_threads_they_may_start(told: dict[str, str], threads: str | None) -> None:
    environ = dict(told)
    prepare(environ)
    assert environ.get("OMP_NUM_THREADS") == threads


def test_what_the_pool_has_told_stays() -> None:
    environ = {"SETPOINT_CPUS": "4", "OMP_NUM_THREADS": "1"}
    prepare(environ)
    assert environ["OMP_NUM_THREADS"] == "1"
    assert environ["OPENBLAS_NUM_THREADS"] == "4"


def test_the_door_opens_from_outside(order: Order, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "runners", str(order("ingest"))]
    told = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "SETPOINT_CPUS": "1"})
    assert told.returncode == 65
    assert json.loads((tmp_path / "out/error.json").read_text())["what"]


@pytest.fixture
def helping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be the second of two."""
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(declared, "BUILT_IN", {"made-up": Runner("", 1, together=True)})


@pytest.mark.usefixtures("helping")
def test_a_process_that_helps_leaves_nothing(order: Order, install: Install, tmp_path: Path) -> None:
    seen: list[Path] = []

    def helps(request: Request, folder: Path) -> Result:
        writes(request, folder)
        seen.append(folder)
        raise Helped

    install(helps)
    assert main([str(order())]) == 0
    install(writes)
    assert main([str(order())]) == 0
    assert not (tmp_path / "out").exists()
    assert not seen[0].exists()


@pytest.mark.usefixtures("helping")
def test_a_process_that_helps_tells_its_failure_and_leaves_none(
    order: Order, install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_request: Request, _folder: Path) -> Result:
        raise SourceUnavailable("it is down", "the store")

    install(fails)
    assert main([str(order())]) == 75
    assert "made-up failed: the store: it is down" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("rank", ["0", "1"])
def test_a_runner_that_is_one_process_refuses_to_be_several(
    order: Order,
    install: Install,
    monkeypatch: pytest.MonkeyPatch,
    rank: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", "2")
    install(writes)
    assert main([str(order())]) == 65
    assert "the runner made-up is one process, and the job has 2 nodes" in capsys.readouterr().err


def test_the_request_of_a_newer_daemon_is_refused_where_its_output_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"format": 2, "run": "x/y/0123456789ab", "job": {"kind": "tabular"}, "output": f"file://{tmp_path}/out"}
    (tmp_path / "request.json").write_text(json.dumps(told))
    assert main([str(tmp_path / "request.json")]) == 65
    left = json.loads((tmp_path / "out/error.json").read_text())
    assert left["format"] == 1
    assert "only format 1 is known here" in left["what"]
    assert "upgrade the image" in left["fix"]
    assert "older than the daemon" in capsys.readouterr().err


def test_without_an_output_it_is_refused_in_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "request.json").write_text('{"format": 2}')
    assert main([str(tmp_path / "request.json")]) == 65
    assert "upgrade the image" in capsys.readouterr().err


def test_a_request_of_today_with_more_fields_runs(order: Order, install: Install, tmp_path: Path) -> None:
    install(writes)
    told = json.loads(order().read_text()) | {"priority": "a word of a newer daemon"}
    (tmp_path / "request.json").write_text(json.dumps(told))
    assert main([str(tmp_path / "request.json")]) == 0


def test_a_runner_of_another_version_than_the_run_is_named_for_is_refused(
    order: Order, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its results would lie under a name that promises others, and every environment would take them over."""
    install(writes)
    monkeypatch.setattr(harness, "RUNNER_VERSIONS", {"made-up": 2})
    path = order()
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "provenance": {"runner_version": 2}}))
    assert main([str(path)]) == 0
    path.write_text(json.dumps({**told, "provenance": {"runner_version": 3}}))
    assert main([str(path)]) == 65
    left = json.loads((tmp_path / "out/error.json").read_text())
    assert left["what"] == "the run is named for version 3 of the runner made-up, and here is version 2"
    assert "the daemon's version of Setpoint" in left["fix"]


def test_an_output_that_cannot_be_kept_is_refused_in_words(order: Order, install: Install, tmp_path: Path) -> None:
    def links(request: Request, folder: Path) -> Result:
        (folder / "extra.txt").symlink_to("/etc/passwd")
        return Result()

    install(links)
    assert main([str(order())]) == 65
    told = json.loads((tmp_path / "out/error.json").read_text())
    assert told["what"] == "the output has a link to something outside"
    assert (told["where"], told["fix"]) == ("extra.txt", "write the file itself")
    assert not (tmp_path / "out/result.json").exists()


def test_of_an_output_far_away_that_is_refused_no_link_is_followed(order: Order, install: Install) -> None:
    def links(request: Request, folder: Path) -> Result:
        (folder / "extra.txt").symlink_to("/etc/passwd")
        return Result()

    install(links)
    assert main([str(order(output="memory://refused/links"))]) == 65
    files = fsspec.filesystem("memory")
    assert [Path(path).name for path in files.find("/refused/links")] == ["error.json"]
