"""Records are read as they were written."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.ids import RunName
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.inference_graph import Node
from reconciler.ports.serving import Member
from reconciler.providers.serving.local.records import (
    EndpointRecord,
    Replica,
    order_as_json,
    order_from_json,
)
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD, endpoint, order, revision

BUSY = Replica(3, begun=5.5, ready=6.0, proven=True, crashes=2, due=4.0)
LEAVING = Replica(4, begun=1.0, leaving=9.0, asked=10.0)


def test_an_order_is_read_as_it_was_written() -> None:
    told = order(minimum=2, maximum=7, target_rps=12.5, visibility="public", log_payloads=False)
    for one in (told, replace(told, access=Access.model_validate({"keys": ["${secret:A}"]}))):
        assert order_from_json(json.loads(json.dumps(order_as_json(one)))) == one
    former = {key: value for key, value in order_as_json(told).items() if key != "access"}
    assert order_from_json(former).access is None, "as it was written before there was access"


def test_an_order_of_several_models_is_read_as_it_was_written() -> None:
    node = Node.model_validate({"router": "ensemble", "steps": [{"deployment": "deployments/a", "weight": 2}]})
    members = (Member("a", RunName("experiments/a/0"), "file:///a", "sha256:1"),)
    told = replace(order(), members=members, graph=(node,))
    assert order_from_json(json.loads(json.dumps(order_as_json(told)))) == told
    former = {key: value for key, value in order_as_json(order()).items() if key not in ("members", "graph")}
    assert order_from_json(former) == order(), "as it was written before there were graphs"


def test_an_endpoint_is_read_as_it_was_written() -> None:
    first = revision(BUSY, LEAVING, wanted=2, proven=True, failure="it broke", maximum=3)
    record = endpoint(first, revision(name=NEW, stopping=True), traffic={OLD: 90, NEW: 10}, since=12.25)
    for one in (record, replace(record, key="X-User")):
        assert EndpointRecord.from_json(json.loads(json.dumps(one.as_json()))) == one
    assert "key" not in record.as_json(), "a former version reads it, too"


def test_what_is_no_endpoint_is_told() -> None:
    with pytest.raises(KeyError):
        EndpointRecord.from_json({"deployment": "deployments/x"})


@pytest.mark.parametrize(
    ("where", "odd"),
    [
        (("created",), "yesterday"),
        (("created",), float("nan")),
        (("since",), 1e300),
        (("traffic",), []),
        (("traffic", OLD), "all"),
        (("traffic", OLD), True),
        (("revisions",), {}),
        (("revisions", 0, "started"), None),
        (("revisions", 0, "wanted"), -1),
        (("revisions", 0, "final"), "no"),
        (("revisions", 0, "stranger"), 1),
        (("revisions", 0, "order", "revision"), "../../x"),
        (("revisions", 0, "order", "deployment"), "deployments/shop"),
        (("revisions", 0, "replicas", 0, "slot"), 1.5),
        (("revisions", 0, "replicas", 0, "begun"), "5"),
        (("revisions", 0, "replicas", 0, "due"), None),
        (("revisions", 0, "replicas", 0, "stranger"), 1),
    ],
)
def test_what_is_odd_in_it_is_found_when_it_is_read(where: tuple[str | int, ...], odd: object) -> None:
    told: Any = json.loads(json.dumps(endpoint(revision(BUSY), traffic={OLD: 100}, since=1.0).as_json()))
    EndpointRecord.from_json(told)
    *way, last = where
    inner = told
    for step in way:
        inner = inner[step]
    inner[last] = odd
    if odd == {}:
        inner[last] = {"a": 1}
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        EndpointRecord.from_json(told)


def test_only_replicas_that_stay_and_answer_are_ready() -> None:
    record = revision(BUSY, LEAVING, Replica(5))
    assert record.ready == 1
    assert [replica.slot for replica in record.staying] == [3, 5]


def test_the_revision_with_the_most_traffic_says_whether_it_is_public() -> None:
    public, internal = revision(visibility="public"), revision(name=NEW)
    assert endpoint(public, internal, traffic={OLD: 60, NEW: 40}).is_public
    assert not endpoint(public, internal, traffic={OLD: 40, NEW: 60}).is_public
    assert endpoint(public).is_public
    assert not endpoint().is_public
