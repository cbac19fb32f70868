"""Deployments: where models have to be signed, one that nobody vouches for isn't begun with."""

from dataclasses import replace
from typing import Any

from reconciler.model.change import StartRevision
from reconciler.model.decision import Decision, Phase
from reconciler.model.kinds.deployments import Model
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import NEW, OLD, SMOKE, TRIAL, kinds, new, old, pinned, serving
from tests.unit.reconciler.stage import MODEL


def vouched(verdict: str | None, *things: Any, signers: bytes | None = b"ada") -> Decision:
    """Decide where models have to be vouched for, and this was found of the one that is pinned."""
    thing = pinned()
    results = {TRIAL: stage.trained({}), SMOKE: stage.result()}
    seen = stage.actual(stage.version(TRIAL), stage.version(SMOKE), *things, results=results)
    model = Model(trial=TRIAL, digest=MODEL)
    seen = replace(seen, verdicts={model: verdict} if verdict is not None else {})
    view = stage.view(stage.desired(thing, model_signers=signers), seen)
    return stage.CONTROLLERS["deployments"].decide(thing, view)


def test_a_model_that_nobody_vouches_for_is_not_started_and_says_why() -> None:
    found = vouched("isn't signed", serving(old(), traffic={OLD: 100}))
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "Unverified", ())
    assert found.message == f"{TRIAL} isn't served: its statement isn't signed; `setpoint verify` tells more"
    assert found.output is not None, "what serves goes on, and those downstream are told of it"


def test_a_model_that_was_not_looked_at_yet_is_not_started_either() -> None:
    found = vouched(None)
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "Unverified", ())


def test_a_revision_without_traffic_gets_none_while_nobody_vouches() -> None:
    assert vouched("isn't signed", serving(new(), old(), traffic={OLD: 100})).reason == "Unverified"


def test_what_has_traffic_keeps_it_whoever_vouches() -> None:
    for verdict in ("isn't signed", None, ""):
        assert vouched(verdict, serving(new(), traffic={NEW: 100})).reason == "Serving"


def test_a_model_that_is_vouched_for_is_started_and_where_nobody_has_to_any_is() -> None:
    assert kinds(vouched("")) == [StartRevision]
    assert kinds(vouched("isn't signed", signers=None)) == [StartRevision]
