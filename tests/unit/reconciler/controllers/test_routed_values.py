"""Values by a route: what is told to be in force, and what holds a resource whose values skipped an environment."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.controllers.promotable import Pinned
from reconciler.controllers.routed_values import on_their_route, values_in_force
from reconciler.model.change import CancelJob
from reconciler.model.decision import DataVersion, Decision, Live, Output, Phase, View
from reconciler.model.ids import RunName
from reconciler.model.reason import Reason
from reconciler.model.resource import Before, Desired, Resource
from reconciler.model.spec_values import digest_of
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, ago

FIELDS = ("replicas",)


def deployment(maximum: int) -> Resource:
    return stage.resource(API, replicas={"maximum": maximum})


def promotion(**spec: Any) -> Resource:
    told = {"spec": API, "fields": list(FIELDS), "route": ["dev", "prod"], **spec}
    return stage.resource(GO, **{"experiment": None, "deployment": None, **told})


def asked(*resources: Resource) -> Desired:
    return replace(stage.desired(*resources), environment_name="prod")


def row(maximum: int) -> dict[str, str]:
    content = digest_of(deployment(maximum).spec, FIELDS)
    return {"values": f"v{maximum}", "content": content, "since": ago(hours=9).isoformat()}


def looked_at(*rows: dict[str, str], dev: Any = (), told: Any = None, subject: Resource | None = None) -> View:
    """Return what is seen in prod, where these values were in force, and in dev those."""
    facts = {GO: {"in_force": list(rows)}, API: {"trial": "former"}}
    seen = stage.actual(facts=facts | (told or {}))
    seen = replace(seen, elsewhere={"dev": {GO: {"facts": {"in_force": dev}}}})
    return stage.view(asked(promotion(), subject or deployment(3)), seen)


def decided(view: View, subject: Resource, output: Output | None = None) -> Decision:
    change = CancelJob(address=API, run=RunName("experiments/a/1"))
    decision = Decision(
        address=API, phase=Phase.READY, reason=Reason.SERVING, message="it serves", changes=(change,), output=output,
        facts={"trial": "newer"},
    )  # fmt: skip
    return on_their_route(lambda *_: decision)(subject, view)


@pytest.mark.parametrize(
    ("rows", "dev", "is_held"),
    [
        ((), (), False),
        ([row(1)], (), True),
        ([row(1), row(3)], (), False),
        ([row(3), row(1)], (), False),
        ([row(1)], [row(3), row(2)], False),
        ([row(1)], [row(2)], True),
        ([row(1)], "all of them", True),
        ([row(1)], [{"content": 7}, None], True),
    ],
)
def test_what_was_in_force_neither_here_nor_before_holds_its_resource(rows: Any, dev: Any, is_held: bool) -> None:
    view = looked_at(*rows, dev=dev)
    found = decided(view, deployment(3))
    assert (found.reason is Reason.SKIPPED_ENVIRONMENT, found.changes == ()) == (is_held, is_held)
    if is_held:
        assert (found.phase, found.facts) == (Phase.STALLED, {"trial": "former"})
        assert "(replicas) haven't been in force: by the route of promotions/go they have to be in dev" in found.message
        assert found.message.endswith("; 1 change held back")


@pytest.mark.parametrize(
    ("output", "is_kept"),
    [
        (Live(RunName("a"), digest_of(deployment(1).spec, FIELDS), "", "", "", None), True),  # type: ignore[arg-type]
        (DataVersion(RunName("datasets/a/1"), "rows-1"), True),
        (DataVersion(RunName("datasets/a/2"), "rows-2"), False),
    ],
)
def test_a_resource_that_is_held_hands_on_what_it_did_before(output: Output, is_kept: bool) -> None:
    view = looked_at(row(1), told={API: {"content": "rows-1"}})
    assert decided(view, deployment(3), output).output == (output if is_kept else None)


def test_while_the_promotion_is_broken_what_is_sound_of_it_holds_or_what_it_told_before() -> None:
    subject = deployment(3)
    facts = {"in_force": [row(1)], "spec": API, "fields": list(FIELDS), "after": ["dev"]}
    view = stage.view(asked(subject), stage.actual(facts={GO: facts}))
    assert decided(view, subject).reason is Reason.SERVING
    lost = replace(view, desired=replace(view.desired, broken={GO: ()}))
    assert decided(lost, subject).reason is Reason.SKIPPED_ENVIRONMENT
    sound = replace(lost, desired=replace(lost.desired, before={GO: Before(API, ("dev",), FIELDS)}))
    assert decided(sound, subject).reason is Reason.SKIPPED_ENVIRONMENT
    of_model = replace(lost, desired=replace(lost.desired, before={GO: Before(API, ("dev",))}))
    assert decided(of_model, subject).reason is Reason.SERVING


def test_a_route_of_values_is_none_of_models_and_the_other_way_round() -> None:
    of_models = stage.resource(GO, deployment=API, experiment="experiments/score", route=["dev", "prod"])
    view = stage.view(stage.desired(of_models, deployment(3)), stage.actual(facts={GO: {"in_force": [row(1)]}}))
    assert decided(view, deployment(3)).reason is Reason.SERVING


@pytest.mark.parametrize(
    ("phase", "rows", "told", "stands"),
    [
        (Phase.READY, [], 1, True),
        (Phase.READY, [row(1)], 2, True),
        (Phase.READY, [row(3)], 1, True),
        (Phase.RECONCILING, [row(1)], 1, False),
        (Phase.RECONCILING, [row(3)], 1, True),
        (Phase.WAITING, [row(3)], 1, True),
        (Phase.STALLED, [row(3)], 1, False),
        (Phase.STALLED, [], None, False),
    ],
)
def test_values_are_in_force_once_their_resource_is_ready_with_them(
    phase: Phase, rows: Any, told: int | None, stands: bool
) -> None:
    subject = deployment(3)
    above = Decision(address=API, phase=phase, reason=Reason.SERVING, message="")
    view = replace(looked_at(*rows), upstream={API: above})
    content = digest_of(subject.spec, FIELDS)
    found = values_in_force(promotion(), subject, Pinned("v3", content), view)
    assert (len(found.get("in_force", [])) or None, found.get("content")) == (told, content if stands else None)
    if rows and rows[-1] == row(3):
        assert found["in_force"][-1]["since"] == row(3)["since"], "what goes on being so keeps its moment"


def test_every_kind_that_has_values_is_held_to_their_routes() -> None:
    held = {kind for kind, known in CONTROLLERS.items() if known.decide.__qualname__.startswith("on_their_route")}
    assert held == CONTROLLERS.keys()
