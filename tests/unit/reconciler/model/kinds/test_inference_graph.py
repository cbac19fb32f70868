"""Graphs of models: what each router takes, and what holds its nodes together."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.inference_graph import Node

A, B = {"deployment": "deployments/a"}, {"deployment": "deployments/b"}
ENSEMBLE = {"router": "ensemble", "steps": [A, B]}
MODEL = {"trial": "experiments/e/000000000000", "digest": "sha256:" + "0" * 64}


def flaw(*nodes: dict[str, Any], **more: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Deployment.model_validate({"graph": nodes, **more})
    return str(caught.value)


def test_its_members_are_references_each_once() -> None:
    nodes = [ENSEMBLE, {"name": "n", "router": "sequence", "steps": [B, {"deployment": "deployments/c"}]}]
    nodes[0] = {"router": "ensemble", "steps": [A, {"node": "n"}, B]}
    spec = Deployment.model_validate({"graph": nodes})
    assert spec.members == ("deployments/a", "deployments/b", "deployments/c")
    assert set(spec.members) <= set(spec.references())
    assert Deployment().members == ()


def test_a_replica_is_told_of_models_by_their_names() -> None:
    node = Node.model_validate({"router": "switch", "column": "c", "steps": [{**A, "values": [1, 2]}, {"node": "n"}]})
    steps = [{"inputs": {}, "weight": 1.0, "values": [1, 2], "model": "a"}, {"inputs": {}, "weight": 1.0, "values": []}]
    steps[1]["node"] = "n"
    told = {"name": "root", "router": "switch", "combine": "mean", "column": "c", "steps": steps}
    assert node.as_told() == told


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([{"router": "ensemble", "steps": []}], "at least 1 item"),
        ([{"router": "splitter", "steps": [A]}], "'sequence', 'ensemble' or 'switch'"),
        ([{"router": "ensemble", "steps": [{}]}], "either `deployment` or `node`"),
        ([{"router": "ensemble", "steps": [{**A, "node": "n"}]}], "either `deployment` or `node`"),
        ([{"router": "ensemble", "steps": [A, A]}], "two steps of the node root are called a"),
        ([{"router": "sequence", "steps": [{**A, "weight": 2}]}], "`weight` is a word of ensemble"),
        (
            [{"router": "ensemble", "steps": [A, {**B, "inputs": {"x": "a.prediction"}}]}],
            "`inputs` is a word of sequence",
        ),
        ([{"router": "sequence", "steps": [A], "combine": "vote"}], "`combine` is a word of ensemble"),
        ([{"router": "sequence", "steps": [A], "column": "c"}], "`column` is a word of switch"),
        ([{"router": "ensemble", "steps": [{**A, "values": [1]}]}], "`values` is a word of switch"),
        ([{"router": "switch", "steps": [A]}], "say by the value of which `column`"),
        ([{"router": "switch", "column": "c", "steps": [A, B]}], "each step but the last says its `values`"),
        ([{"router": "switch", "column": "c", "steps": [{**A, "values": [1, "1"]}]}], "of several types"),
        ([{"router": "switch", "column": "c", "steps": [{**A, "values": [1, 1]}]}], "a value stands twice"),
        ([{"router": "sequence", "steps": [{**A, "inputs": {"x": "b.prediction"}}, B]}], "it is the first"),
        ([{"router": "sequence", "steps": [A, {**B, "inputs": {"x": "c.prediction"}}]}], "before it are one of a"),
        ([{"router": "sequence", "steps": [A, {**B, "inputs": {"x": "a.odds"}}]}], "should match pattern"),
        ([{**ENSEMBLE, "name": "n"}], "no node of the graph is called root"),
        ([ENSEMBLE, ENSEMBLE], "two nodes of the graph have the same name"),
        ([ENSEMBLE, {**ENSEMBLE, "name": "n"}], "no step asks the node n"),
        ([{"router": "ensemble", "steps": [{"node": "n"}]}], "the node root asks n, and there is no such node"),
        ([ENSEMBLE, {**ENSEMBLE, "name": "a"}], "a is a node and a deployment"),
        ([{"router": "ensemble", "steps": [{"node": "root"}]}], "go round in a circle: root → root"),
    ],
)
def test_what_is_no_graph_is_told(nodes: list[dict[str, Any]], words: str) -> None:
    assert words in flaw(*nodes)


def test_a_deployment_has_one_model_or_a_graph() -> None:
    assert "give either `model` or `graph`" in flaw(ENSEMBLE, model=MODEL)
