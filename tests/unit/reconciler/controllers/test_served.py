"""Served: a deployment remembers which models had its traffic, and begins with none that skipped an environment."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers.served import REMEMBERED, told
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address
from reconciler.model.resource import Before
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_deployments import NEW, TRIAL, new, pinned
from tests.unit.reconciler.stage import API, GO, MODEL

HERE = stage.trial_name("1")
OTHER = "sha256:" + "cd" * 32
ROUTE = ["dev", ["eu", "us"], "prod"]
SMOKE = stage.started(
    stage.decide(
        pinned(),
        stage.actual(stage.version(TRIAL), stage.endpoint(new()), results={TRIAL: stage.trained({})}),
        environment="prod",
    )
).run


def row(trial: str = HERE, digest: str = MODEL, since: str = "2026-01-01T00:00:00+00:00") -> dict[str, str]:
    return {"trial": trial, "digest": digest, "since": since}


@pytest.mark.parametrize(
    "rows", [None, "all", 3, [1], [{}], [{"trial": HERE}], [row(since="yesterday")], [{**row(), "digest": 7}], {"a": 1}]
)
def test_what_anybody_may_have_written_there_counts_as_not_told(rows: Any) -> None:
    assert told({"served": rows}) == ()


def test_a_moment_without_a_zone_is_read_in_utc_and_only_so_many_are_read() -> None:
    (one,) = told({"served": [row(since="2026-01-01T00:00:00")]})
    assert one.since.isoformat() == "2026-01-01T00:00:00+00:00"
    assert len(told({"served": [row()] * 1000})) == REMEMBERED


def decide(
    *things: Any, facts: Mapping[Address, Any] | None = None, served: Mapping[str, Any] | None = None, **parts: Any
) -> Decision:
    """Decide on a deployment in `prod` whose pinned model has served in some environments before."""
    seen = stage.actual(
        stage.version(TRIAL), stage.version(SMOKE), *things,
        results={TRIAL: stage.trained({}), SMOKE: stage.result()}, facts=facts,
    )  # fmt: skip
    elsewhere = {name: {API: {"state": "ready", "facts": {"served": rows}}} for name, rows in (served or {}).items()}
    others = [stage.resource(GO, **{"route": ROUTE, **parts.pop("promotion", {})})]
    environment = parts.pop("environment", "prod")
    return stage.decide(pinned(), replace(seen, elsewhere=elsewhere), *others, environment=environment, **parts)


BOTH = {"eu": [row(TRIAL)], "us": [row(TRIAL), row(HERE)]}


def test_a_model_that_served_in_every_environment_before_may_serve_whatever_serves_there_now() -> None:
    assert decide(served=BOTH).reason == "Starting"


@pytest.mark.parametrize(
    ("served", "where"),
    [
        ({}, "eu and us"),
        ({"eu": [row(TRIAL)]}, "us"),
        ({**BOTH, "us": [row(TRIAL, OTHER)]}, "us"),
        ({**BOTH, "eu": [row(HERE)]}, "eu"),
    ],
)
def test_a_model_that_skipped_an_environment_is_not_begun_with(served: Any, where: str) -> None:
    found = decide(served=served)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "SkippedEnvironment", ())
    assert f"{TRIAL} hasn't served in {where} with this digest" in found.message


def test_in_the_first_stage_off_the_route_and_without_one_nothing_comes_before() -> None:
    assert decide(environment="dev").reason == "Starting"
    assert decide(environment="lab").reason == "Starting"
    assert decide(promotion={"route": []}).reason == "Starting"


def test_what_has_the_traffic_goes_on_whatever_a_route_says_since() -> None:
    found = decide(stage.endpoint(new(), traffic={NEW: 100}))
    assert found.reason == "Serving"


def test_what_served_here_before_may_serve_here_again() -> None:
    assert decide(facts={API: {"served": [row(TRIAL), row(HERE)]}}).reason == "Starting"


def test_of_a_broken_promotion_the_route_is_known_by_the_last_status() -> None:
    facts = {GO: {"deployment": API, "after": ["eu"]}}
    seen = replace(stage.actual(stage.version(TRIAL), results={TRIAL: stage.trained({})}, facts=facts), elsewhere={})
    wanted = replace(stage.desired(pinned(), broken={GO: (stage.problem(),)}), environment_name="prod")
    found = stage.CONTROLLERS["deployments"].decide(pinned(), stage.view(wanted, seen))
    assert found.reason == "SkippedEnvironment"
    sound = replace(wanted, before={GO: Before(API, ())})
    assert stage.CONTROLLERS["deployments"].decide(pinned(), stage.view(sound, seen)).reason == "Starting"
    never = replace(seen, recorded={})
    known = replace(wanted, before={GO: Before(API, ("eu",))})
    assert stage.CONTROLLERS["deployments"].decide(pinned(), stage.view(known, never)).reason == "SkippedEnvironment"


def test_what_serves_is_remembered_with_the_moment_since_which_it_does() -> None:
    at_100 = stage.endpoint(new(), traffic={NEW: 100})
    first = decide(at_100, facts={API: {"served": [row(HERE)]}})
    assert first.facts["served"] == [row(HERE), row(TRIAL, since=stage.NOW.isoformat())]
    assert decide(at_100, facts={API: {"served": [row(TRIAL)]}}).facts["served"] == [row(TRIAL)]


def test_what_does_not_serve_yet_is_not_told_and_what_did_is_kept() -> None:
    kept = {API: {"served": [row(HERE)]}}
    assert decide(facts=kept, served=BOTH).facts["served"] == [row(HERE)]
    unpinned = stage.decide(stage.resource(API), stage.actual(facts=kept))
    assert unpinned.facts["served"] == [row(HERE)]
