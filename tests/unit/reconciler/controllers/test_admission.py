"""Admission: a deployment begins with the very model that is pinned; where that has to be signed, with a signed one."""

from dataclasses import replace
from typing import Any

from reconciler.model.change import AcceptRun, StartRevision
from reconciler.model.decision import Decision, Live, Phase
from reconciler.model.kinds.deployments import Model
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import (
    NEW,
    OLD,
    SMOKE,
    TRIAL,
    decide,
    kinds,
    new,
    old,
    pinned,
    serving,
)
from tests.unit.reconciler.stage import MODEL


def test_a_model_that_is_not_in_the_data_store_stalls_and_touches_nothing_live() -> None:
    found = stage.decide(pinned(), stage.actual(serving(old(), traffic={OLD: 100})))
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "ModelNotFound", ())
    assert isinstance(found.output, Live)
    assert found.output.revision == OLD


def test_a_model_whose_result_is_lost_stalls_too() -> None:
    assert stage.decide(pinned(), stage.actual(stage.version(TRIAL))).reason == "ModelNotFound"


def test_a_digest_that_is_not_the_models_stalls() -> None:
    found = decide(results={TRIAL: stage.trained({}, "sha256:" + "cd" * 32)})
    assert (found.phase, found.reason) == (Phase.STALLED, "DigestMismatch")
    assert "correct model.digest" in found.message


def test_a_model_of_another_environment_is_fetched_first() -> None:
    seen = stage.actual(stage.version(TRIAL, here=False), results={TRIAL: stage.trained({})})
    found = stage.decide(pinned(), seen)
    (change,) = stage.of(found, AcceptRun)
    assert (found.reason, change.run, dict(change.metadata)) == ("FetchingModel", TRIAL, {})


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
