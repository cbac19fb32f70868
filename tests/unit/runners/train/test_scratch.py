"""The scratch: what the user's code finds, and how its end is judged."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runners.contract import Crashed, InputError, SourceUnavailable
from runners.train import scratch
from runners.train.albums import read_album
from runners.train.reading import read_table
from runners.train.scratch import Scratch, furnish, job_environ, work
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_albums import DIGITS


def test_the_code_finds_its_rows_and_its_orders(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    (code / "deep").mkdir(parents=True)
    (code / "deep/part.py").write_text("x = 1")
    trial = asking.trial(cancer, {"C": 0.5}, inputs={"code": f"file://{code}"})
    train = read_table(trial).take(np.arange(100))
    shop, told = furnish(tmp_path / "scratch", trial, train)
    assert (shop.code / "deep/part.py").read_text() == "x = 1"
    assert json.loads(told["SETPOINT_PARAMS"]) == {"C": 0.5}
    assert (told["SETPOINT_SEED"], told["SETPOINT_TARGET"]) == ("7", "target")
    assert json.loads(Path(told["SETPOINT_REQUEST"]).read_text())["run"] == trial.request.run
    rows = pd.read_parquet(told["SETPOINT_TRAIN"])
    again = pd.read_csv(told["SETPOINT_TRAIN_CSV"])
    pd.testing.assert_frame_equal(rows.drop(columns="size"), again.drop(columns="size"), check_dtype=False)
    assert rows["size"].isna().tolist() == again["size"].isna().tolist()
    assert list(rows) == list(pd.read_parquet(cancer / "data.parquet"))
    assert len(rows) == 100
    for name in ("SETPOINT_OUTPUT", "SETPOINT_CHECKPOINT", "SETPOINT_DATA"):
        assert Path(told[name]).is_dir()


def test_the_users_own_folder_is_not_touched(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    trial = asking.trial(cancer, inputs={"code": str(code)})
    shop, told = furnish(tmp_path / "scratch", trial, read_table(trial))
    work([sys.executable, "-c", "open('made', 'w').write('x')"], shop, told)
    assert (shop.code / "made").exists()
    assert list(code.iterdir()) == []


def test_pictures_are_named_by_whole_paths(asking: Asking, album: Path, tmp_path: Path) -> None:
    trial = asking.trial(album, **DIGITS)
    _, told = furnish(tmp_path / "scratch", trial, read_album(trial))
    rows = pd.read_parquet(told["SETPOINT_TRAIN"])
    assert Path(rows["path"][0]).is_file()
    assert "image" not in rows


def test_of_a_table_the_code_finds_nothing_but_the_training_rows(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    labels = {"labels": "file:///labels"}
    trial = asking.trial(cancer)
    train = read_table(trial).take(np.arange(100))
    trial = replace(trial, request=trial.request.model_copy(update={"inputs": {**trial.request.inputs, **labels}}))
    _, told = furnish(tmp_path / "scratch", trial, train)
    rows = pd.read_parquet(Path(told["SETPOINT_DATA"], "data.parquet"))
    assert rows["id"].tolist() == train.columns["id"].tolist()
    assert reachable(told) == set(train.columns["id"].tolist())
    request = json.loads(Path(told["SETPOINT_REQUEST"]).read_text())
    assert request["inputs"] == {"dataset": Path(told["SETPOINT_DATA"]).as_uri()}
    assert request["digests"] == {}
    assert str(cancer) not in json.dumps([told, request])


def reachable(told: dict[str, str]) -> set[int]:
    """Return the identifiers in every table that lies below a place that the code is told."""
    folders = {Path(place).parent if Path(place).is_file() else Path(place) for place in told.values() if "/" in place}
    tables = {table for folder in folders for table in folder.rglob("*.parquet")}
    return {identity for table in tables for identity in pd.read_parquet(table)["id"]}


def test_the_code_inherits_no_way_to_the_store() -> None:
    job = {"PATH": "/bin", "SETPOINT_CPUS": "2", "FSSPEC_LAKEFS_ACCESS_TOKEN": "t", "SETPOINT_REQUEST_PACKED": "p"}
    assert job_environ(job) == {"PATH": "/bin", "SETPOINT_CPUS": "2"}


def test_of_an_album_the_code_finds_nothing_but_the_training_pictures(
    asking: Asking, album: Path, tmp_path: Path
) -> None:
    trial = asking.trial(album, **DIGITS)
    train = read_album(trial).take(np.arange(20))
    _, told = furnish(tmp_path / "scratch", trial, train)
    data = Path(told["SETPOINT_DATA"])
    pictures = sorted(path.relative_to(data).as_posix() for path in data.rglob("*.png"))
    assert pictures == sorted(train.columns["path"].tolist())
    assert not any(path.is_symlink() or path.stat().st_nlink > 1 for path in data.rglob("*.png"))
    assert pd.read_parquet(data / "manifest.parquet")["path"].tolist() == train.columns["path"].tolist()
    assert pd.read_parquet(told["SETPOINT_TRAIN"])["path"].map(lambda path: Path(path).is_relative_to(data)).all()


@pytest.fixture
def shop(tmp_path: Path) -> Scratch:
    """Return an empty scratch."""
    made = Scratch(tmp_path)
    made.code.mkdir()
    return made


def test_what_the_code_prints_is_printed(shop: Scratch, capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os, sys; print('out', os.environ['WORD']); print('err', file=sys.stderr)"
    work([sys.executable, "-c", code], shop, {"WORD": "hello"})
    heard = capfd.readouterr()
    assert "out hello" in heard.out
    assert "err" in heard.err


@pytest.mark.parametrize(
    ("code", "error", "what"),
    [
        ("raise ValueError('no such column: agee')", InputError, "exit code 1: ValueError: no such column: agee"),
        ("import sys; sys.exit(3)", InputError, "ended with exit code 3"),
        (
            "import sys; print('the source sleeps', file=sys.stderr); sys.exit(75)",
            SourceUnavailable,
            "the source sleeps",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Crashed, "was killed by signal 9"),
    ],
)
def test_its_end_is_judged(shop: Scratch, code: str, error: type[Exception], what: str) -> None:
    with pytest.raises(error) as failure:
        work([sys.executable, "-c", code], shop, {})
    assert what in str(failure.value)


def test_of_sensitive_data_its_last_words_stay_in_the_log(shop: Scratch, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=r"exit code 1$") as failure:
        work([sys.executable, "-c", "raise SystemExit('of Ge' + 'heim')"], shop, {}, is_sensitive=True)
    assert "Geheim" not in f"{failure.value.what}{failure.value.fix}"
    assert "Geheim" in capfd.readouterr().err


def test_a_command_that_is_not_there_is_told(shop: Scratch) -> None:
    with pytest.raises(InputError, match="no-such-command can't be started: No such file or directory"):
        work(["no-such-command"], shop, {})


LINGERS = """
import subprocess, sys
subprocess.Popen({command}, start_new_session={away})
print("done", file=sys.stderr)
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait shortly for the last words of what is left running: it has none."""
    monkeypatch.setattr(scratch, "LAST_MOMENTS", 0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave")
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("command", [["sleep", "300"], ["sh", "-c", "sleep 300 & sleep 300 & wait"]])
def test_what_the_code_leaves_running_is_ended_and_its_result_counts(
    shop: Scratch, capfd: pytest.CaptureFixture[str], command: list[str], away: bool
) -> None:
    before = set(running("sleep"))
    started = time.monotonic()
    work([sys.executable, "-c", LINGERS.format(command=command, away=away)], shop, {})
    assert time.monotonic() - started < 30
    assert "done" in capfd.readouterr().err
    assert not [pid for pid in set(running("sleep")) - before if str(shop.root) in folder_of_process(pid)]


def running(name: str) -> list[int]:
    """Return the ids of processes of a name."""
    found = subprocess.run(["ps", "-eo", "pid=,comm=,stat="], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in found.splitlines()]
    return [int(line[0]) for line in lines if line[1] == name and not line[2].startswith("Z")]


def folder_of_process(pid: int) -> str:
    """Return the work directory of a process; empty where it has gone."""
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave")
@pytest.mark.usefixtures("impatient")
def test_other_processes_of_the_job_go_on(shop: Scratch) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        work([sys.executable, "-c", "import subprocess; subprocess.Popen(['sleep', '300'])"], shop, {})
        assert other.poll() is None
        other.kill()
