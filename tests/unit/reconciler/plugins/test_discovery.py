"""Providers and runners are listed without importing them; whoever is at fault is named, and nobody else suffers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from reconciler.model.errors import Refused
from reconciler.plugins import PORTS, Plugins, Provider, installed
from tests.unit.reconciler.plugins.packages import PROVIDERS, RUNNERS, package, plugins_with

STORE = "from reconciler.plugins import Provider\nSTORE = Provider('shelf_of_others:Store')\n"
TREES = "from runners.declared import Runner\nTREES = Runner('x:run', 3, {'type': 'object'})\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_listing_imports_nothing(place: Path) -> None:
    points = package(place, "exploding", {PROVIDERS: {"data.shelf": "exploding:STORE"}}, "raise SystemExit('boom')")
    plugins = plugins_with(*points)
    assert plugins.providers("data") == ("git", "lakefs", "shelf")
    assert plugins.providers("forge") == ("git", "gitea", "github", "gitlab")
    assert "exploding" not in sys.modules
    assert plugins.owner(PROVIDERS, "data.shelf") == "exploding"


def test_what_is_chosen_is_imported(place: Path) -> None:
    points = package(place, "good_store", {PROVIDERS: {"data.shelf": "good_store:STORE"}}, STORE)
    assert plugins_with(*points).provider("data", "shelf") == Provider("shelf_of_others:Store")


def test_a_runner_s_declaration_is_enough(place: Path) -> None:
    points = package(place, "good_trees", {RUNNERS: {"trees": "good_trees:TREES"}}, TREES)
    plugins = plugins_with(*points)
    assert (plugins.runner("trees").version, plugins.trainers()) == (3, ("images", "tabular", "torch-images", "trees"))


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("exits", "raise SystemExit(3)", "SystemExit: 3"),
        ("fails", "1 / 0", "ZeroDivisionError"),
        ("garbled", "def", "SyntaxError"),
        ("hollow", "", "AttributeError"),
        ("needy", "import not_there_at_all", "No module named 'not_there_at_all'"),
        ("foreign", "STORE = 3", "is no reconciler.plugins.Provider"),
    ],
)
def test_a_broken_package_is_named_with_what_to_do(place: Path, name: str, code: str, why: str) -> None:
    plugins = plugins_with(*package(place, name, {PROVIDERS: {"data.shelf": f"{name}:STORE"}}, code))
    with pytest.raises(Refused, match=f"data.shelf of the package {name}") as told:
        plugins.provider("data", "shelf")
    assert why in told.value.message
    assert told.value.hint == f"mend or uninstall {name}"
    assert plugins.provider("data", "git").build.endswith(":GitData")


def test_a_runner_that_declares_no_version_is_refused(place: Path) -> None:
    points = package(place, "versionless", {RUNNERS: {"trees": "versionless:TREES"}}, "class TREES: run = 'a:b'")
    with pytest.raises(Refused, match=r"trees of the package versionless .* is no runners.declared.Runner"):
        plugins_with(*points).runner("trees")


def test_a_name_that_two_packages_claim_is_refused_with_both(place: Path) -> None:
    one = package(place / "1", "one", {PROVIDERS: {"data.shelf": "one:STORE", "data.git": "one:STORE"}}, STORE)
    two = package(place / "2", "two", {PROVIDERS: {"data.shelf": "two:STORE"}}, STORE)
    plugins = plugins_with(*one, *two)
    with pytest.raises(Refused, match="one and two both offer the data provider shelf"):
        plugins.provider("data", "shelf")
    with pytest.raises(Refused, match="setpoint and one both offer the data provider git"):
        plugins.provider("data", "git")


def test_an_unknown_name_tells_those_that_there_are() -> None:
    with pytest.raises(Refused, match="there is no pool provider slurm") as told:
        Plugins().provider("pool", "slurm")
    assert told.value.hint == "choose one of: kubernetes, local, ray; or install the package that offers it"


def test_options_that_are_no_model_are_refused(place: Path) -> None:
    code = STORE.replace("Store'", "Store', 'builtins:int'")
    plugins = plugins_with(*package(place, "no_model", {PROVIDERS: {"data.shelf": "no_model:STORE"}}, code))
    with pytest.raises(Refused, match="has options builtins:int, which is no Pydantic model"):
        plugins.options("data", "shelf")


def test_every_built_in_provider_says_its_options() -> None:
    found = {(port, name): installed().options(port, name) for port in PORTS for name in installed().providers(port)}
    assert all(model and issubclass(model, BaseModel) for model in found.values())


def test_whoever_is_installed_beside_us_is_found(tmp_path: Path) -> None:
    package(tmp_path, "beside_us", {RUNNERS: {"trees": "beside_us:TREES"}}, TREES)
    code = "from reconciler.plugins import installed; p = installed(); print(p.runner('trees').version, *p.trainers())"
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "images", "tabular", "torch-images", "trees"]
