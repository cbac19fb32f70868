"""What every runner promises: a result that can be believed, refusals that help, and no harm from a kill."""

import hashlib
import math
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.conformance.runners import Done, RunnerBench, command, do, write_request
from reconciler.plugins import installed

REFUSED = 65
TRIES = 4


@pytest.fixture(scope="module")
def bench(make_bench: Callable[[], RunnerBench]) -> RunnerBench:
    return make_bench()


@pytest.fixture(scope="module")
def done(bench: RunnerBench, tmp_path_factory: pytest.TempPathFactory) -> Done:
    done = do(tmp_path_factory.mktemp("first"), bench.runner, bench.request())
    assert done.exit_code == 0, done.log
    return done


def test_it_is_declared(bench: RunnerBench) -> None:
    declared = installed().runner(bench.runner)
    assert declared.version >= 1
    assert ":" in declared.run


def test_its_schema_takes_what_it_does_and_refuses_the_rest(bench: RunnerBench) -> None:
    from jsonschema import Draft202012Validator

    schema = installed().runner(bench.runner).params
    if schema is None:
        pytest.skip("it declares no params")
    Draft202012Validator.check_schema(dict(schema))
    good, bad = (request["params"].get("params", {}) for request in (bench.request(), bench.refused()))
    assert Draft202012Validator(dict(schema)).is_valid(good)
    if good != bad:
        assert not Draft202012Validator(dict(schema)).is_valid(bad), "`setpoint validate` lets pass what it refuses"


def test_a_result_is_left_with_the_digest_of_every_file(done: Done) -> None:
    result = done.read("result.json")
    assert result["format"] == 1
    files = {path.relative_to(done.folder).as_posix(): path for path in done.folder.rglob("*") if path.is_file()}
    del files["result.json"]
    digests = {name: "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert result["files"] == digests
    assert result["content"]


def test_its_metrics_are_finite_numbers(done: Done) -> None:
    metrics = done.read("result.json")["metrics"]
    assert all(isinstance(value, int | float) and math.isfinite(value) for value in metrics.values())


def test_what_it_says_on_a_page_is_small(done: Done) -> None:
    assert (done.folder / "result.json").stat().st_size < 2**18


def test_the_same_request_leaves_the_same_content(bench: RunnerBench, done: Done, tmp_path: Path) -> None:
    again = do(tmp_path / "again", bench.runner, bench.request())
    first, second = done.read("result.json"), again.read("result.json")
    assert (first["content"], first["metrics"]) == (second["content"], second["metrics"])


def test_a_refusal_says_what_and_what_to_do(bench: RunnerBench, tmp_path: Path) -> None:
    done = do(tmp_path / "refused", bench.runner, bench.refused())
    assert done.exit_code == REFUSED, done.log
    error = done.read("error.json")
    assert error["what"]
    assert error["where"] or error["fix"]
    assert not (done.folder / "result.json").exists()


def test_a_kill_leaves_no_result_and_the_next_attempt_all_of_it(bench: RunnerBench, done: Done, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    file = write_request(folder, bench.runner, bench.request())
    again = Done(0, folder / "out")
    for part in range(1, TRIES):
        _kill_after(file, done.seconds * part / TRIES)
        assert not (again.folder / "result.json").exists() or again.read("result.json")["content"]
    subprocess.run(command(file), capture_output=True, check=True)
    assert again.read("result.json")["content"] == done.read("result.json")["content"]


def _kill_after(file: Path, seconds: float) -> None:
    """Start a job, and kill it after a while."""
    with subprocess.Popen(command(file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
