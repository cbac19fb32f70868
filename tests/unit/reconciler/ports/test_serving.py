"""An order of a revision: what a replica is told of its models, and in which format."""

from typing import Any

from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Payloads, Replicas
from reconciler.model.kinds.inference_graph import Node
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import Member, RevisionOrder


def order(**more: Any) -> RevisionOrder:
    first = Address("deployments/a"), Digest("r"), RunName("experiments/a/0")
    return RevisionOrder(*first, "file:///a", "sha256:1", Replicas(), Resources(), **more)


def test_one_model_is_told_in_the_format_that_older_images_read() -> None:
    assert order().as_settings() == {"format": 1}
    assert order(payloads=Payloads(leave_out=("name",))).as_settings()["format"] == 2


def test_several_models_are_told_in_one_that_older_images_refuse() -> None:
    node = Node.model_validate({"router": "ensemble", "steps": [{"deployment": "deployments/a"}]})
    members = (Member("a", RunName("experiments/a/0"), "file:///a", "sha256:1"),)
    told = order(members=members, graph=(node,), payloads=Payloads(sample=0.5)).as_settings()
    assert (told["format"], told["logs_sample"], told["graph"]) == (3, 0.5, [node.as_told()])
    assert told["models"] == [
        {"name": "a", "trial": "experiments/a/0", "model_url": "file:///a", "model_digest": "sha256:1"}
    ]
