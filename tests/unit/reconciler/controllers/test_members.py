"""Graphs of models: what a graph's revision is named by, and what it waits for."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers.members import combined, members_of, missing
from reconciler.model.change import StartRevision, StartRun
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.observed import Revision
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, MODEL, ago

A, B = Address("deployments/a"), Address("deployments/b")
ONE, OTHER = stage.trial_name("1"), stage.trial_name("2")
STEPS = [{"deployment": A}, {"deployment": B, "weight": 2}]


def graph(steps: list[dict[str, Any]] = STEPS, **spec: Any) -> Resource:
    return stage.resource(API, graph=[{"router": "ensemble", "steps": steps}], **spec)


def member(address: Address, trial: str | None, digest: str = MODEL) -> Resource:
    return stage.resource(address, **({"model": {"trial": trial, "digest": digest}} if trial else {}))


def serving(address: Address, trial: RunName) -> Decision:
    return stage.upstream(address, Live(trial, Digest("r"), "http://x", "", "", None))


def spec_of(resource: Resource) -> Deployment:
    assert isinstance(resource.spec, Deployment)
    return resource.spec


def revision_of(*members: Resource, thing: Resource | None = None) -> Any:
    whole = thing or graph()
    desired = stage.desired(*members, whole)
    return combined(API, spec_of(whole), members_of(spec_of(whole), desired))


MEMBERS = member(A, ONE), member(B, OTHER)


def decide(
    *things: Any, members: tuple[Resource, ...] = MEMBERS, upstream: tuple[Decision, ...] | None = None, **parts: Any
) -> Decision:
    results = {ONE: stage.trained({}), OTHER: stage.trained({}), **parts.pop("results", {})}
    seen = stage.actual(stage.version(ONE), stage.version(OTHER), *things, results=results, **parts)
    above = (serving(A, ONE), serving(B, OTHER)) if upstream is None else upstream
    return stage.decide(graph(), seen, *members, upstream=above)


def test_its_revision_is_named_by_all_its_models_and_by_how_they_are_combined() -> None:
    first = revision_of(*MEMBERS)
    assert first.trial.startswith(f"{API}/")
    assert first == revision_of(*MEMBERS)
    others = [
        revision_of(member(A, ONE), member(B, ONE)),
        revision_of(member(A, ONE, "sha256:" + "1" * 64), member(B, OTHER)),
        revision_of(*MEMBERS, thing=graph([STEPS[0], {**STEPS[1], "weight": 3}])),
    ]
    assert len({first.digest, *(one.digest for one in others)}) == 4


def test_without_all_of_its_models_it_waits_and_says_for_which() -> None:
    assert revision_of(member(A, ONE), member(B, None)) is None
    found = decide(members=(member(A, ONE), member(B, None)))
    assert (found.phase, found.reason) == (Phase.WAITING, "NoModel")
    assert found.message == f"no model is pinned in {B} yet: a promotion proposes one"
    spec = spec_of(graph())
    assert missing(spec, {"a": None, "b": None}).startswith(f"no model is pinned in {A} and {B}")


def test_it_starts_with_all_of_its_models() -> None:
    (change,) = stage.of(decide(), StartRevision)
    assert {name: pin.trial for name, pin in change.members.items()} == {"a": ONE, "b": OTHER}
    assert change.graph == spec_of(graph()).graph
    assert change.model == revision_of(*MEMBERS)
    assert change.as_json()["members"]["a"]["trial"] == ONE


@pytest.mark.parametrize(
    "upstream",
    [
        (serving(A, ONE), serving(B, ONE)),
        (serving(A, ONE),),
        (serving(A, ONE), stage.upstream(B, None, Phase.STALLED)),
    ],
)
def test_it_waits_for_a_model_that_has_not_proven_itself(upstream: tuple[Decision, ...]) -> None:
    found = decide(upstream=upstream)
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "WaitsForMembers", ())
    assert f"{B} has not" in found.message


def test_it_waits_while_a_members_traffic_moves() -> None:
    moving = replace(stage.endpoint(traffic={"r": 90, "s": 10}), deployment=A)
    assert decide(moving).reason == "WaitsForMembers"


def test_one_of_its_models_that_is_not_there_is_told_by_its_name() -> None:
    found = decide(results={OTHER: stage.trained({}, "sha256:" + "9" * 64)})
    assert found.reason == "DigestMismatch"
    assert OTHER in found.message


def revision() -> Revision:
    started = stage.of(decide(), StartRevision)[0]
    return stage.revision(started.revision, "ready", trial=started.model.trial, started=ago(minutes=1))


def test_its_smoke_test_asks_each_model_by_its_name() -> None:
    (run,) = stage.of(decide(stage.endpoint(revision())), StartRun)
    assert run.inputs == {"model_a": ONE, "model_b": OTHER}
    assert run.params["members"] == ["a", "b"]


def test_what_serves_goes_on_while_a_member_changes_and_its_facts_name_each_model() -> None:
    now = revision()
    there = stage.endpoint(now, traffic={now.digest: 100})
    found = decide(there, upstream=(serving(A, ONE),))
    assert found.reason != "WaitsForMembers"
    assert found.facts["models"] == {"a": ONE, "b": OTHER}
    changed = decide(there, members=(member(A, ONE), member(B, ONE)), upstream=(serving(A, ONE), serving(B, OTHER)))
    assert (changed.reason, changed.changes) == ("WaitsForMembers", ())
    assert isinstance(changed.output, Live)
