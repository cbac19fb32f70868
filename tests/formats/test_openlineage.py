"""Run events, made anew by OpenLineage's own classes: no field that they haven't got, none that they miss."""

import json
from typing import Any

import pytest

from reconciler.lineage.events import event
from reconciler.lineage.ledger import Kind
from tests.formats.environment import readings
from tests.unit.reconciler.lineage.test_events import PLACE, made, read, transition

pytestmark = [pytest.mark.slow, pytest.mark.servers("formats")]


def without_empty(told: Any) -> Any:
    """Return a document without what is empty: the library writes that out."""
    if isinstance(told, dict):
        return {key: kept for key, value in told.items() if (kept := without_empty(value)) not in ({}, [], None)}
    return [without_empty(one) for one in told] if isinstance(told, list) else told


def test_every_event_is_one_to_the_library() -> None:
    sql = {"sql": {"url": "postgresql://db.example/x", "query": "SELECT 1"}}
    events = [
        *(made(kind, error="boom" if kind is Kind.FAIL else "") for kind in Kind),
        made(source=sql),
        event(transition(Kind.COMPLETE, 2), PLACE, None, {}, read),
    ]
    for one, found in zip(events, readings([("openlineage", json.dumps(one)) for one in events]), strict=True):
        assert not found["problem"]
        assert without_empty(found["told"]) == without_empty(one)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("eventType",), "DONE"),
        (("run", "runId"), "not one"),
        (("run", "more"), 1),
        (("job", "name"), 3),
        (("outputs", 0, "facets", "schema", "fields", 0, "typ"), "x"),
        (("job", "facets", "ownership", "_schemaURL"), "https://openlineage.io/spec/facets/9-0-0/X.json#/$defs/X"),
    ],
)
def test_the_check_finds_what_is_wrong(place: tuple[Any, ...], value: Any) -> None:
    document: Any = json.loads(json.dumps(made()))
    at = document
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    (found,) = readings([("openlineage", json.dumps(document))])
    assert found["problem"]
