"""Events are held to OpenLineage's own JSON Schema: the event, and each facet to the very version that it names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from reconciler.lineage.events import event
from reconciler.lineage.ledger import Kind
from tests.unit.reconciler.lineage.test_events import PLACE, made, read, transition

FOLDER = Path(__file__).parents[3] / "formats/openlineage"
SCHEMAS = [json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))]
NAME = "https://openlineage.io/spec/facets/{}/DataQualityMetricsDatasetFacet.json"
NEWER = {NAME.format("1-0-1"): NAME.format("1-0-0")}
"""What was released after the copy was made; its own version is held by OpenLineage's client, in tests/formats."""
BY_ID = {one["$id"]: Resource.from_contents(one) for one in SCHEMAS}
REGISTRY: Any = Registry().with_resources([*BY_ID.items(), *((new, BY_ID[old]) for new, old in NEWER.items())])


def problems(document: Any, url: str) -> list[str]:
    checker = Draft202012Validator({"$ref": url}, registry=REGISTRY, format_checker=FormatChecker())
    return [error.message for error in checker.iter_errors(document)]


def facets(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        if "_schemaURL" in document:
            yield document
        for value in document.values():
            yield from facets(value)
    elif isinstance(document, list):
        for value in document:
            yield from facets(value)


def flaws(told: dict[str, Any]) -> list[str]:
    found = problems(told, told["schemaURL"])
    for facet in facets(told):
        found += problems(facet, facet["_schemaURL"])
    return found


EVENTS = [
    *(made(kind, error="boom" if kind is Kind.FAIL else "") for kind in Kind),
    made(source={"sql": {"url": "postgresql://db.example/x", "query": "SELECT 1"}}),
    made(source={"files": {"url": "s3://bucket/x.csv", "format": "csv"}}),
    event(transition(Kind.COMPLETE, 2), PLACE, None, {}, read),
]


@pytest.mark.parametrize("place", range(len(EVENTS)))
def test_every_event_and_every_facet_holds_its_schema(place: int) -> None:
    assert flaws(EVENTS[place]) == []
    assert sum(1 for _ in facets(EVENTS[place])) >= 5


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("eventType",), "DONE"),
        (("eventTime",), 5),
        (("run", "facets", "parent", "run"), {}),
        (("run", "facets", "parent", "job", "name"), 3),
        (("outputs", 0, "facets", "schema", "fields", 0, "name"), None),
        (("job", "facets", "jobType", "processingType"), None),
    ],
)
def test_the_check_finds_what_is_wrong(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(json.dumps(made()))
    at = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    assert flaws(document)


def test_runs_of_one_commit_have_one_parent_and_no_run_is_its_own() -> None:
    told = [made(kind)["run"] for kind in (Kind.START, Kind.COMPLETE)] + [made(Kind.START, attempt=2)["run"]]
    parents = {run["facets"]["parent"]["run"]["runId"] for run in told}
    assert len(parents) == 1
    assert parents.isdisjoint(run["runId"] for run in told)
