"""The schemas of an editor know the options of every provider that is installed, and every runner."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.compose.schema import schemas
from tests.unit.reconciler.compose.samples import EXPERIMENT
from tests.unit.reconciler.plugins.packages import PROVIDERS, RUNNERS, package, plugins_with

CODE = """\
from reconciler.plugins import Options, Provider
from runners.declared import Runner

class Shelf(Options):
    shelves: int = 3

STORE = Provider("nowhere:Store", "shelf_of_schemas:Shelf")
FREE = Provider("nowhere:Store")
GONE = Provider("nowhere:Store", "nowhere:Options")
TREES = Runner("nowhere:run", 1)
"""


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(tmp_path)
    points = {
        PROVIDERS: {f"data.{name}": f"shelf_of_schemas:{name.upper()}" for name in ("store", "free", "gone")},
        RUNNERS: {"trees": "shelf_of_schemas:TREES"},
    }
    return schemas(plugins_with(*package(tmp_path, "shelf_of_schemas", points, CODE)))


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("data: {provider: git, largest_output: 1Gi}", True),
        ("data: {provider: git, largest_outpt: 1Gi}", False),
        ("data: {provider: gti}", False),
        ("data: {provider: '${variables.x}', anything: 1}", True),
        ("data: {provider: store, shelves: 3}", True),
        ("data: {provider: store, shelves: '${secret:X}'}", True),
        ("data: {provider: store, shelvs: 3}", False),
        ("data: {provider: free, anything: 1}", True),
        ("data: {provider: gone, anything: 1}", True),
        ("serving: {provider: kserve, gateways: {public: a/b}, image: x}", True),
        ("serving: {provider: kserve, gateways: {publik: a/b}, image: x}", False),
        ("serving: {provider: local, tls: {certificate: /a, key: /b}}", True),
        ("pool: {provider: local, grace: 10s, keep: 3}", True),
    ],
)
def test_an_editor_knows_the_options(known: Any, text: str, is_right: bool) -> None:
    assert Draft202012Validator(known["environment"]).is_valid(yaml.safe_load(text)) == is_right


@pytest.mark.parametrize(("runner", "is_right"), [("tabular", True), ("trees", True), ("tabulr", False)])
def test_an_editor_knows_the_runners(known: Any, runner: str, is_right: bool) -> None:
    spec = yaml.safe_load(EXPERIMENT.replace("tabular", runner))
    assert Draft202012Validator(known["experiments"]).is_valid(spec) == is_right
