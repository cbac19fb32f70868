"""The route of a promotion: what serves before this environment, proved there, is proposed here, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.model.change import AcceptRun, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL, WATCH

ROUTE = ["dev", ["eu", "us"], "prod"]
NEW, OLD = stage.trial_name("1"), stage.trial_name("2")


def serving(trial: str = NEW, *, hours: float = 30, state: str = "ready", **facts: Any) -> dict[str, Any]:
    """Return the status of a deployment in another environment."""
    served = [{"trial": trial, "digest": MODEL, "since": stage.ago(hours=hours).isoformat()}]
    return {"state": state, "facts": {"trial": trial, "served": served, **facts}}


def quiet(hours: float, until: float = 0, model: str = NEW) -> dict[str, Any]:
    """Return the status of a monitor whose reports were quiet for so many hours, up to some hours ago."""
    told = {"model": model, "since": stage.ago(hours=hours + until).isoformat(), "until": stage.ago(hours=until)}
    return {"state": "ready", "facts": {"quiet": {**told, "until": told["until"].isoformat()}}}  # type: ignore[union-attr]


def both(status: Mapping[str, Any], **more: Mapping[str, Any]) -> dict[str, dict[Address, Mapping[str, Any]]]:
    """Return what both environments of the stage before `prod` recorded."""
    return {name: {API: status, **{Address(k): v for k, v in more.items()}} for name in ("eu", "us")}


def decide(
    elsewhere: Mapping[str, Mapping[Address, Mapping[str, Any]]],
    *things: Any,
    environment: str = "prod",
    pinned: str | None = None,
    watched: bool = False,
    others: tuple[Resource, ...] = (),
    results: Mapping[Any, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    **spec: Any,
) -> Decision:
    found = {NEW: stage.trained({"roc_auc": 0.9}), OLD: stage.trained({"roc_auc": 0.8}), **(results or {})}
    there = things or (stage.version(NEW), stage.version(OLD))
    seen = stage.actual(*there, results=found, facts={GO: facts} if facts else None)
    around = [stage.resource(API, model={"trial": pinned, "digest": MODEL} if pinned else None), *others]
    around += [stage.resource(WATCH)] if watched else []
    promotion = stage.resource(GO, **{"route": ROUTE, **spec})
    return stage.decide(promotion, replace(seen, elsewhere=elsewhere), *around, environment=environment)


def compared(elsewhere: Mapping[str, Mapping[Address, Mapping[str, Any]]], **parts: Any) -> Decision:
    """Decide once the comparison is accepted."""
    run = stage.started(decide(elsewhere, **parts)).run
    told = {run: stage.result(metrics={"candidate.roc_auc": 0.9, "live.roc_auc": 0.8}, facts={"bounds": []})}
    versions = (stage.version(NEW), stage.version(OLD), stage.version(run))
    return decide(elsewhere, *versions, results=told, **parts)


def test_what_serves_in_the_stage_before_is_proposed_with_what_it_proved_there() -> None:
    (wanted,) = stage.of(compared(both(serving()), pinned=OLD), OpenProposal)
    assert wanted.edits == {"model": {"trial": NEW, "digest": MODEL}}
    assert wanted.file == "environments/prod/deployments/api.yaml"
    assert "## Route\n\ndev → eu and us → prod\n\n- `eu` serves it since 2026-01-06 06:00 UTC" in wanted.body


def test_in_the_first_stage_the_experiment_says_which_model() -> None:
    assert decide({}, environment="dev").message == "experiments/score is not there"


def test_an_environment_that_is_not_on_the_route_promotes_nothing() -> None:
    found = decide(both(serving()), environment="lab")
    assert (found.phase, found.reason, found.changes) == (Phase.READY, "NotOnRoute", ())


@pytest.mark.parametrize(
    ("elsewhere", "why"),
    [
        ({}, "eu has no status of deployments/api yet"),
        ({"eu": {API: serving()}}, "us has no status of deployments/api yet"),
        (both({"state": "ready", "facts": {}}), "eu serves no model of deployments/api yet"),
        (both(serving(state="reconciling")), "eu is moving deployments/api to another model, or can't serve it"),
        (both(serving() | {"facts": {**serving()["facts"], "trial": OLD}}), "eu is moving deployments/api"),
        ({"eu": {API: serving()}, "us": {API: serving(OLD)}}, "the environments before this one differ"),
        (both({"state": "ready", "facts": {"trial": NEW, "served": [{"trial": NEW}]}}), "eu serves no model"),
        (both({"state": "ready", "facts": {"served": "all of them"}}), "eu serves no model"),
    ],
)
def test_where_they_do_not_all_serve_one_model_it_waits(elsewhere: Any, why: str) -> None:
    found = decide(elsewhere)
    assert (found.phase, found.reason) == (Phase.WAITING, "WaitsForEnvironment")
    assert found.message.startswith(why)
    assert not found.changes


def test_a_model_soaks_for_as_long_as_it_has_to_where_it_came_last() -> None:
    elsewhere = {"eu": {API: serving(hours=30)}, "us": {API: serving(hours=20)}}
    found = decide(elsewhere, soak={"served": "24h"})
    assert (found.phase, found.reason) == (Phase.WAITING, "Soaking")
    assert found.message.endswith("it serves in us since 2026-01-06 16:00 UTC, and has to for 1d")
    assert found.wake == stage.NOW + timedelta(hours=4)
    assert decide(both(serving(hours=24)), soak={"served": "24h"}).reason == "Comparing"


@pytest.mark.parametrize(
    ("monitor", "reason"),
    [
        (quiet(24), "Comparing"),
        (quiet(23.9), "Soaking"),
        (quiet(40, model=OLD), "Soaking"),
        (quiet(40), "Comparing"),
        (quiet(10, until=25), "Soaking"),
        ({"state": "ready", "facts": {"quiet": {"model": NEW, "since": "once", "until": "now"}}}, "Soaking"),
        ({"state": "ready", "facts": {}}, "Soaking"),
    ],
)
def test_only_what_reports_looked_at_counts_as_quiet(monitor: Any, reason: str) -> None:
    found = decide(both(serving(hours=30), **{WATCH: monitor}), watched=True, soak={"quiet": "24h"})
    assert found.reason == reason, found.message


def test_what_was_quiet_before_the_model_had_all_the_traffic_does_not_count() -> None:
    found = decide(both(serving(hours=5), **{WATCH: quiet(24)}), watched=True, soak={"quiet": "24h"})
    assert (found.reason, found.message.rpartition(" and ")[2]) == ("Soaking", "1d are asked for")


def test_a_monitor_of_a_graph_that_asks_the_model_says_nothing_of_the_model() -> None:
    graph = stage.resource(Address("deployments/both"), graph=[{"router": "ensemble", "steps": [{"deployment": API}]}])
    watch = stage.resource(Address("monitors/both"), deployment="deployments/both", test_rows=API)
    quietly = both(serving(hours=30), **{WATCH: quiet(24)})
    found = decide(quietly, others=(graph, watch), watched=True, soak={"quiet": "24h"})
    assert found.reason == "Comparing", found.message


def test_where_no_monitor_watches_nothing_is_quiet() -> None:
    found = decide(both(serving()), soak={"quiet": "1h"})
    assert "no monitor watches deployments/api, and soak.quiet asks for its reports" in found.message


def test_a_model_that_this_environments_store_does_not_have_is_told() -> None:
    found = decide(both(serving()), stage.version(OLD))
    assert (found.phase, found.reason) == (Phase.STALLED, "ModelNotFound")


def test_a_digest_that_is_not_the_stores_is_told() -> None:
    other = both(serving(served=[{"trial": NEW, "digest": "sha256:" + "0" * 64, "since": "2026-01-01T00:00:00Z"}]))
    assert decide(other).reason == "DigestMismatch"


def test_a_model_of_another_environment_is_taken_over_first() -> None:
    found = decide(both(serving()), stage.version(NEW, here=False))
    assert [change.run for change in stage.of(found, AcceptRun)] == [NEW]


def test_a_model_that_was_taken_back_here_is_not_proposed_again_whatever_serves_before() -> None:
    found = decide(both(serving()), pinned=OLD, facts={"promoted": [NEW, OLD]})
    assert (found.reason, found.changes) == ("RolledBack", ())


def test_its_gates_hold_here_too() -> None:
    found = decide(both(serving()), gates=[{"metric": "roc_auc", "minimum": 0.95}])
    assert found.message.startswith(f"{NEW} serves in eu and us and fails its gates on the test rows")
