"""A runner is found by its name, this distribution's or another package's; whoever is at fault is named."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from reconciler.plugins.built_in import BUILT_IN as POINTS
from runners import declared
from runners.contract import InputError
from runners.declared import BUILT_IN, Runner
from tests.unit.reconciler.plugins.packages import RUNNERS, package

CODE = "from runners.declared import Runner\nTREES = Runner('math:floor', 3)\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_every_built_in_runner_is_there() -> None:
    assert [name for name, runner in BUILT_IN.items() if find_spec(runner.run.partition(":")[0]) is None] == []


def test_the_daemon_and_jobs_know_the_same() -> None:
    assert {point.name: point.load() for point in POINTS[RUNNERS]} == dict(BUILT_IN)


def test_those_of_other_packages_are_found(place: Path) -> None:
    package(place, "jobs_trees", {RUNNERS: {"trees-of-jobs": "jobs_trees:TREES"}}, CODE)
    assert declared.declared("trees-of-jobs") == Runner("math:floor", 3)


def test_one_that_isn_t_there_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match="there is no runner tabulr") as told:
        declared.declared("tabulr")
    assert "tabular" in told.value.fix


def test_a_name_that_two_packages_claim_is_refused_with_both(place: Path) -> None:
    package(place, "claims_ours", {RUNNERS: {"tabular": "claims_ours:TREES"}}, CODE)
    with pytest.raises(InputError, match="setpoint and claims_ours both offer the runner tabular"):
        declared.declared("tabular")


@pytest.mark.parametrize(("name", "code"), [("job_needs", "import not_there_at_all"), ("job_odd", "TREES = 3")])
def test_a_broken_package_is_named(place: Path, name: str, code: str) -> None:
    package(place, name, {RUNNERS: {name: f"{name}:TREES"}}, code)
    with pytest.raises(InputError, match=f"the runner {name} of the package {name}") as told:
        declared.declared(name)
    assert f"mend {name}" in told.value.fix
