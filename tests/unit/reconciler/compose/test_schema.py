"""JSON Schemas: fresh, valid, and in agreement with the models."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconciler.compose.schema import schemas, texts, write
from reconciler.model.kinds import KINDS
from tests.unit.reconciler.compose.samples import EXPERIMENT, ROOT, sample

SCHEMAS = schemas()
TEXTS = texts()


def errors(name: str, text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMAS[name]).iter_errors(yaml.safe_load(text) or {})]


@pytest.mark.parametrize("name", TEXTS)
def test_the_committed_schema_is_fresh(name: str) -> None:
    committed = ROOT / "schemas" / name
    assert committed.exists(), "run `make schemas`"
    assert committed.read_text(encoding="utf-8") == TEXTS[name], "run `make schemas`"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in (ROOT / "schemas").iterdir()} == set(TEXTS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema_with_a_name_and_a_text(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{name}.schema.json"
    assert schema["title"]
    assert schema["description"]


def test_every_kind_has_one_for_specs_and_one_for_patches() -> None:
    assert set(SCHEMAS) == {"environment", *KINDS, *(f"{kind}.patch" for kind in KINDS)}


def properties(schema: Any) -> list[tuple[str, dict[str, Any]]]:
    blocks = schema["$defs"].items()
    return [
        (f"{name}.{field}", value) for name, block in blocks for field, value in block.get("properties", {}).items()
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_says_what_it_is(name: str) -> None:
    assert [field for field, value in properties(SCHEMAS[name]) if not value.get("description")] == []


def test_the_sample_is_valid() -> None:
    for path, data in sample().items():
        parts = path.split("/")
        if parts[1] == "parts":
            continue
        name = parts[1] if parts[0] == "specs" else "environment" if len(parts) == 3 else f"{parts[2]}.patch"
        assert errors(name, data.decode()) == [], path


@pytest.mark.parametrize(
    "text",
    [
        EXPERIMENT,
        "defaults: [tabular, {resources: small}, {override model: gbm}, _self_]\ndataset: datasets/a\n",
        "defaults: [tabular]\nmetric: {goal: minimize}\n",
        EXPERIMENT + "seed: ${env.seed}\nresources: {gpus: '${.nodes}', nodes: 2}\nexclude: ${env.columns}\n",
        EXPERIMENT + "resources: ${env.resources}\nkeep: '${oc.select:x,3}'\nslices: a\n",
        EXPERIMENT.replace("tabular", "{command: [a, b], code: c}"),
    ],
)
def test_what_composes_is_valid(text: str) -> None:
    assert errors("experiments", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "dataset: datasets/a\n",
        EXPERIMENT + "modle: 1\n",
        EXPERIMENT + "seed: x\n",
        EXPERIMENT + "resources: {gpus: 1.5}\n",
        EXPERIMENT.replace("datasets/", "labels/"),
        EXPERIMENT + "metric: {goal: minimize}\n",
        "defaults: tabular\n",
        "defaults: [tabular]\nmodle: 1\n",
        EXPERIMENT + "timeout: 5 minutes\n",
    ],
)
def test_what_doesnt_compose_is_marked(text: str) -> None:
    assert errors("experiments", text) != []


def test_a_patch_may_leave_out_everything() -> None:
    assert errors("experiments.patch", "") == []
    assert errors("experiments.patch", "metric: {goal: minimize}\nseed: 1\n") == []
    assert errors("experiments.patch", "modle: 1\n") != []


def test_a_reference_says_to_which_kind() -> None:
    assert SCHEMAS["experiments"]["$defs"]["Experiment"]["properties"]["dataset"]["x-reference"] == "datasets"


def test_writing(tmp_path: Path) -> None:
    files = write(tmp_path / "schemas")
    assert {file.name for file in files} == set(TEXTS)
    assert all(file.read_text(encoding="utf-8") == TEXTS[file.name] for file in files)
