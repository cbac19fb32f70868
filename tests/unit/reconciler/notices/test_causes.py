"""Causes: what of a pass needs a person, and of what it can't be said that it is well."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.model.decision import Decision, Phase
from reconciler.model.environment import Environment
from reconciler.model.errors import Problem
from reconciler.model.errors import Severity as ProblemSeverity
from reconciler.model.ids import Address, CommitId
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.notifications import CauseKind, Severity
from reconciler.model.observed import Actual
from reconciler.model.plan import Plan
from reconciler.model.reason import Reason
from reconciler.model.resource import Desired, Resource
from reconciler.notices.causes import LONGEST, Key, Seen, seen_by

NOW = datetime(2026, 1, 7, 12, 0, tzinfo=UTC)
COMMIT = CommitId("c" * 40)
EXPERIMENT = Address("experiments/risk")


def decision(address: str = "experiments/risk", phase: Phase = Phase.READY, **more: Any) -> Decision:
    told = {"reason": Reason.TRAINED, "message": "all is trained"}
    return Decision(address=Address(address), phase=phase, **{**told, **more})


def look(*decisions: Decision, unread: dict[str, str] | None = None, notes: tuple[str, ...] = (), **more: Any) -> Seen:
    desired = Desired(COMMIT, "dev", Environment(), **more)
    plan = Plan(COMMIT, "dev", {one.address: one for one in decisions}, notes=notes)
    return seen_by(desired, Actual(now=NOW, unread=unread or {}), plan)


@pytest.mark.parametrize(
    ("told", "kind", "severity"),
    [
        ({"phase": Phase.STALLED, "reason": Reason.JOB_FAILED}, "stalled", "warning"),
        ({"address": "deployments/risk", "phase": Phase.STALLED}, "stalled", "critical"),
        ({"address": "monitors/risk", "alerting": "1 alert: income"}, "alerting", "warning"),
        ({"address": "deployments/risk", "drifted": "traffic is 50 %"}, "drifted", "warning"),
        ({"address": "promotions/risk", "phase": Phase.WAITING, "reason": Reason.WAITS_FOR_REVIEW}, "review", "info"),
        ({"address": "promotions/risk", "phase": Phase.WAITING, "reason": Reason.EDITED_BY_HAND}, "review", "info"),
        ({"address": "datasets/loans", "facts": {"proposal": "setpoint/schema/loans"}}, "review", "info"),
    ],
    ids=str,
)
def test_what_needs_a_person(told: dict[str, Any], kind: str, severity: str) -> None:
    ((key, cause),) = look(decision(**told)).causes.items()
    assert (key, cause.severity) == (Key(CauseKind(kind), told.get("address", EXPERIMENT)), Severity(severity))
    assert cause.what


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"phase": Phase.WAITING, "reason": Reason.WAITS_FOR_UPSTREAM},
        {"phase": Phase.WAITING, "reason": Reason.SOAKING},
        {"address": "promotions/risk", "phase": Phase.WAITING, "reason": Reason.SOAKING, "facts": {"proposal": "p"}},
        {"phase": Phase.WAITING, "reason": Reason.UNAVAILABLE},
        {"phase": Phase.RECONCILING, "reason": Reason.TRAINING},
    ],
    ids=str,
)
def test_what_does_not(told: dict[str, Any]) -> None:
    assert look(decision(**told)).causes == {}


def test_an_engine_that_can_not_be_read_is_one_cause_and_what_depends_on_it_is_not_said_to_be_well() -> None:
    waiting = [decision(f"datasets/d{n}", Phase.WAITING, reason=Reason.UNAVAILABLE) for n in range(9)]
    found = look(*waiting, unread={"data": "nobody answers"})
    assert list(found.causes) == [Key(CauseKind.UNREAD, "engines/data")]
    assert found.causes[Key(CauseKind.UNREAD, "engines/data")].severity is Severity.CRITICAL
    assert {Key(CauseKind.STALLED, f"datasets/d{n}") for n in range(9)} <= found.unseen


@pytest.mark.parametrize("reason", [Reason.SUSPENDED, Reason.WAITS_FOR_UPSTREAM, Reason.RETRYING], ids=str)
def test_what_was_not_looked_at_is_not_said_to_be_well(reason: Reason) -> None:
    assert Key(CauseKind.ALERTING, "monitors/m") in look(decision("monitors/m", Phase.WAITING, reason=reason)).unseen


def test_what_is_being_tried_again_is_not_mended_yet_and_what_is_ready_is() -> None:
    assert Key(CauseKind.STALLED, EXPERIMENT) in look(decision(phase=Phase.RECONCILING, reason=Reason.TRAINING)).unseen
    assert look(decision()).unseen == frozenset()


def test_notes_and_errors_of_no_resource_are_one_cause_and_warnings_none() -> None:
    flaw = Problem("specs/odd.yaml", 3, 1, "", "belongs nowhere")
    found = look(notes=("the newest commit isn't signed",), problems=(flaw,))
    ((key, cause),) = found.causes.items()
    assert key == Key(CauseKind.COMMIT, "environment")
    assert cause.what == "the newest commit isn't signed; specs/odd.yaml:3:1: belongs nowhere"
    assert look(problems=(replace(flaw, severity=ProblemSeverity.WARNING),)).causes == {}


def test_a_cause_says_whose_it_is_and_where_it_is_asked_for() -> None:
    spec = Experiment.model_construct(team="risk")
    resource = object.__new__(Resource)
    for name, value in {"address": EXPERIMENT, "spec": spec, "file": "specs/experiments/risk.yaml"}.items():
        object.__setattr__(resource, name, value)
    stalled = decision(phase=Phase.STALLED, message="x" * 5000)
    (cause,) = look(stalled, resources={EXPERIMENT: resource}).causes.values()
    assert (cause.team, cause.file, len(cause.what)) == ("risk", "specs/experiments/risk.yaml", LONGEST)
    (broken,) = look(stalled, broken={EXPERIMENT: (Problem("specs/x.yaml", 1, 1, "", "odd"),)}).causes.values()
    assert (broken.team, broken.file) == ("", "specs/x.yaml")


def test_a_cause_knows_the_proposal_by_which_its_model_was_released() -> None:
    name, trial = "promotions/risk/0a", "experiments/risk/1b"
    promoted = decision("promotions/risk", facts={"candidate": trial, "proposal": name})
    told = {"phase": Phase.STALLED, "reason": Reason.JOB_FAILED}
    alerting = decision("monitors/risk", alerting="1 alert", facts={"alerts": [{"what": "drift", "trial": trial}]})
    causes = look(promoted, alerting, decision("deployments/risk", facts={"trial": trial}, **told)).causes.values()
    assert [cause.release for cause in causes] == [name, name]
    other = decision("monitors/risk", alerting="1 alert", facts={"alerts": [{"what": "drift", "trial": "x"}]})
    odd = decision("monitors/odd", alerting="1 alert", facts={"alerts": ["odd"]})
    assert [cause.release for cause in look(promoted, other, odd).causes.values()] == ["", ""]
