"""A real daemon on the embedded engines tells a catalogue of its runs, and people of what needs them."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.status_reader import read_status
from reconciler.git.init import begin
from reconciler.settings import Settings
from tests.servers.ports import free_port
from tests.unit.reconciler.loop.test_telling import Catalogue, listening

pytestmark = [pytest.mark.slow, pytest.mark.turns("whole lives", "daemons that tell")]
PATIENCE = 120.0
ROOT = Path(__file__).parents[2]


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with listening() as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "repository"
    for name in ("specs/pools", "specs/datasets", "environments/dev"):
        (folder / name).mkdir(parents=True)
    (folder / "specs/pools/shared.yaml").write_text("capacity: {cpus: 2, memory: 4Gi}\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    for key in ("user.name", "user.email"):
        subprocess.run(["git", "-C", str(folder), "config", key, "test"], check=True)
    return Settings(str(folder), "dev", "main", tmp_path / "home")


def commit(settings: Settings, **files: str) -> None:
    for path, text in files.items():
        (Path(settings.repository) / path).write_text(text)
    begin(Path(settings.repository), "Change", ["specs", "environments"])


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    running: list[subprocess.Popen[bytes]] = []

    def one() -> "subprocess.Popen[bytes]":
        place = ["-C", settings.repository, "-e", "dev", "--home", str(settings.home)]
        with (tmp_path / f"{len(running)}.log").open("wb") as out:
            line = [sys.executable, "-m", "reconciler", "run", *place, "--log", "json"]
            running.append(subprocess.Popen(line, cwd=ROOT, stdout=out, stderr=out, env=dict(os.environ)))
        return running[-1]

    yield one
    for process in running:
        process.kill()
        process.wait(10)


def until(truth: Callable[[], object], what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


def states(settings: Settings) -> dict[str, Any]:
    return {str(address): document["state"] for address, document in read_status(settings).statuses.items()}


def test_runs_are_told_by_daemons_that_die_to_a_catalogue_that_was_down(
    settings: Settings, start: Callable[[], "subprocess.Popen[bytes]"], tmp_path: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "loans.csv").write_text("id,rate\n1,0.5\n2,\n3,0.25\n")
    derived = "source: {derived: {inputs: {loans: datasets/loans}, query: SELECT id AS name FROM loans}}\n"
    commit(
        settings,
        **{
            "environments/dev/environment.yaml": f"lineage: {{url: 'http://127.0.0.1:{free_port()}/'}}\n",
            "specs/datasets/loans.yaml": f"source: {{files: {{url: 'file://{tmp_path}/loans.csv', format: csv}}}}\n",
            "specs/datasets/names.yaml": derived,
            "specs/datasets/odd.yaml": "retries: 0\nsource: {files: {url: 'file:///nowhere/x.csv', format: csv}}\n",
        },
    )
    first = start()
    ends = {"datasets/loans": "ready", "datasets/names": "ready", "datasets/odd": "stalled"}
    until(lambda: states(settings).items() >= ends.items(), lambda: read_status(settings).statuses)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    assert catalogue.got == []
    commit(settings, **{"environments/dev/environment.yaml": f"lineage: {{url: '{catalogue.url}'}}\n"})
    start()
    until(lambda: len(catalogue.got) >= 6, lambda: catalogue.kinds)
    told = {(event["job"]["name"], event["eventType"]): event for event in catalogue.got}
    kinds = {"loans": "COMPLETE", "names": "COMPLETE", "odd": "FAIL"}
    assert set(told) == {(f"datasets/{name}", kind) for name, end in kinds.items() for kind in ("START", end)}
    for name in kinds:
        assert len({event["run"]["runId"] for (job, _), event in told.items() if job == f"datasets/{name}"}) == 1
    check_what_is_told(told)
    log = (tmp_path / "1.log").read_text()
    address = re.search(r'"http": "([^"]+)"', log)
    assert address, log
    until(lambda: 'result="sent"} 6.0' in metrics(address[1]), lambda: metrics(address[1]))


def metrics(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        lines: list[str] = answer.read().decode().splitlines()
    return "\n".join(line for line in lines if line.startswith("setpoint_lineage_events_total"))


def check_what_is_told(told: dict[tuple[str, str], dict[str, Any]]) -> None:
    """See that an event says what the daemon knows: counts, columns, from what they were made, what went wrong."""
    loans = told["datasets/loans", "COMPLETE"]["outputs"][0]
    assert loans["outputFacets"]["outputStatistics"]["rowCount"] == 3
    assert [field["type"] for field in loans["facets"]["schema"]["fields"]] == ["integer", "number"]
    assert loans["facets"]["dataQualityMetrics"]["columnMetrics"]["rate"]["nullCount"] == 1
    names = told["datasets/names", "COMPLETE"]
    assert names["inputs"][0]["name"] == "datasets/loans"
    (origin,) = names["outputs"][0]["facets"]["columnLineage"]["fields"]["name"]["inputFields"]
    assert (origin["name"], origin["field"]) == ("datasets/loans", "id")
    assert "nowhere" in told["datasets/odd", "FAIL"]["run"]["facets"]["errorMessage"]["message"]


def test_people_are_told_of_what_needs_them_and_of_its_end_by_daemons_that_die(
    settings: Settings, start: Callable[[], "subprocess.Popen[bytes]"], tmp_path: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "loans.csv").write_text("id,rate\n1,0.5\n2,0.7\n")
    source = "retries: 0\nsource: {{files: {{url: 'file://{}', format: csv}}}}\n"
    route = f"{{name: oncall, webhook: {{url: '{catalogue.url}'}}, after: 0s, about: [stalled]}}"
    commit(
        settings,
        **{
            "environments/dev/environment.yaml": f"notifications: {{routes: [{route}]}}\n",
            "specs/datasets/loans.yaml": source.format("/nowhere/loans.csv"),
            "specs/datasets/names.yaml": source.format(tmp_path / "loans.csv"),
        },
    )
    first = start()
    until(lambda: catalogue.got, lambda: read_status(settings).statuses)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    commit(settings, **{"specs/datasets/loans.yaml": source.format(tmp_path / "loans.csv")})
    start()
    until(lambda: any(one["type"].endswith("ended") for one in catalogue.got), lambda: catalogue.got)
    began = [one for one in catalogue.got if one["type"].endswith("began")]
    ended = [one for one in catalogue.got if one["type"].endswith("ended")]
    assert {one["id"] for one in began} == {began[0]["id"]}, "one cause, sent again by the next daemon at the most"
    assert began[0]["subject"] == "datasets/loans"
    assert "/nowhere/loans.csv" in began[0]["data"]["message"]
    assert {one["data"]["cause"] for one in ended} == {began[0]["data"]["cause"]}
    assert len(ended) == 1
