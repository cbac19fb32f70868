"""Gates on a replica: measured once, held by the interval's end, and never by what a job can't have measured."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.controllers.gates import failed
from reconciler.controllers.replica import held, section
from reconciler.model.change import CloseProposal, JudgeProposal, OpenProposal, StartRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.kinds.replica import Replica
from reconciler.model.reviews import Verdict
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO

BEST = stage.trial("1", roc_auc=0.9)
GATES: dict[str, Any] = {
    "size": "1Mi",
    "answers": {"minimum": 0.99, "rows": 1000},
    "latency": {"p50": "5ms", "p99": "20ms"},
    "load": {"clients": 4, "rate": 100, "p99": "50ms"},
}
FIGURES: dict[str, Any] = {
    "size": {"value": 2**19, "low": 2**19, "high": 2**19, "count": 1},
    "answers": {"value": 1.0, "low": 0.997, "high": 1.0, "count": 1000},
    "latency.p50": {"value": 2.0, "low": 1.9, "high": 2.1, "count": 1000},
    "latency.p99": {"value": 9.0, "low": 8.0, "high": 12.0, "count": 1000},
    "load.rate": {"value": 150.0, "low": 140.0, "high": 160.0, "count": 1500},
    "load.p99": {"value": 30.0, "low": 25.0, "high": 45.0, "count": 1500},
}
MACHINE = {"architecture": "x86_64", "cores": 2.0, "system": "Linux"}


def measured(figures: Mapping[str, Any] = FIGURES, **facts: Any) -> dict[str, Any]:
    return stage.result(facts={"figures": figures, "confidence": 0.95, "machine": MACHINE, "refused": [], **facts})


def lost(result: Mapping[str, Any], gates: Mapping[str, Any] = GATES) -> set[str]:
    found = held(result, Replica.model_validate(gates))
    return {name for name, results in found.items() if failed(results)}


def test_what_holds_every_bound_passes() -> None:
    found = held(measured(), Replica.model_validate(GATES))
    assert list(found) == ["size", "answers", "latency", "load"]
    assert all(one.passed for results in found.values() for one in results)
    assert str(found["latency"][1]) == (
        "latency p99 in ms is 9.0000, at most 20 with a confidence of 0.95 "
        "(the interval's bound: 12.0000, of 1000 requests)"
    )
    assert str(found["size"][0]) == "size in MiB is 0.5000, at most 1"


@pytest.mark.parametrize(
    ("figure", "change", "gate"),
    [
        ("size", {"value": 2**20 + 1, "high": 2**20 + 1}, "size"),
        ("answers", {"low": 0.98}, "answers"),
        ("latency.p50", {"high": 5.1}, "latency"),
        ("latency.p99", {"high": 20.1}, "latency"),
        ("latency.p99", {"high": None}, "latency"),
        ("load.rate", {"low": 99.0}, "load"),
        ("load.p99", {"high": 51.0}, "load"),
    ],
)
def test_the_interval_s_end_decides(figure: str, change: dict[str, Any], gate: str) -> None:
    assert lost(measured({**FIGURES, figure: {**FIGURES[figure], **change}})) == {gate}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3.0,
        {},
        {"value": "fast", "low": 1.0, "high": 2.0, "count": 1000},
        {"value": True, "low": 0.5, "high": 2.0, "count": 1000},
        {"value": float("nan"), "low": 1.0, "high": 2.0, "count": 1000},
        {"value": -9.0, "low": -9.0, "high": 2.0, "count": 1000},
        {"value": 9.0, "low": 1.0, "high": 2.0, "count": 1000},
        {"value": 2.0, "low": 3.0, "high": 4.0, "count": 1000},
        {"value": 9.0, "low": 8.0, "high": 12.0, "count": 10},
        {"value": 9.0, "low": 8.0, "high": 12.0, "count": "1000"},
        {"value": 9.0, "low": 8.0, "high": 12.0, "count": True},
        {"value": 9.0, "low": 8.0, "high": 12.0},
    ],
)
def test_a_figure_that_nobody_can_have_measured_is_missing_and_its_gate_fails(odd: Any) -> None:
    assert lost(measured({**FIGURES, "latency.p99": odd})) == {"latency"}


@pytest.mark.parametrize(
    "result",
    [
        stage.result(),
        {**stage.result(), "facts": "none"},
        measured([]),  # type: ignore[arg-type]
        measured(confidence=0.5),
    ],
)
def test_without_what_was_asked_for_every_gate_fails(result: dict[str, Any]) -> None:
    assert lost(result) == {"size", "answers", "latency", "load"}


def test_where_every_row_has_to_be_answered_one_that_is_not_is_too_many() -> None:
    gates = {"answers": {"minimum": 1}}
    assert lost(measured(), gates) == set()
    one_less = {"value": 0.999, "low": 0.99, "high": 1.0, "count": 1000}
    assert lost(measured({"answers": one_less}), gates) == {"answers"}


def test_what_was_measured_is_told_with_where_and_what_others_wrote_is_inert() -> None:
    text = section(
        measured(refused=["status 400: <img src=x>\n# head", 3, *["x"] * 9]), Replica.model_validate(GATES), "pools/a"
    )
    assert "Measured in `pools/a`, on 2 cores, x86_64." in text
    assert "| latency p99 in ms | 9 | 8 to 12 | 1000 |" in text
    assert "<img" not in text
    assert "\n# head" not in text
    assert text.count("\n- ") == 5
    odd = measured(machine={"cores": "many"}, refused="all")
    assert "on a machine of which nothing is told" in section(odd, Replica.model_validate(GATES), "pools/a")


def decide(*things: Any, results: Mapping[Any, Any] | None = None, **spec: Any) -> Decision:
    thing = stage.resource(GO, replica=GATES, **spec)
    deployment = stage.resource(API, resources={"cpus": 3})
    return stage.decide(thing, stage.actual(*things, results=results), deployment, upstream=[stage.board(BEST)])


def started(decision: Decision) -> dict[str, StartRun]:
    return {change.runner: change for change in stage.of(decision, StartRun)}


def judged(result: Mapping[str, Any], *things: Any, **spec: Any) -> Decision:
    runs = {runner: change.run for runner, change in started(decide(**spec)).items()}
    versions = [stage.version(run) for run in runs.values()]
    told = {runs["evaluate"]: stage.result(metrics={"candidate.roc_auc": 0.9}), runs["replica"]: result}
    return decide(*versions, *things, results=told, **spec)


def test_it_is_measured_beside_the_comparison_by_what_the_deployment_gives_to_its_replicas() -> None:
    found = started(decide())
    assert found.keys() == {"evaluate", "replica"}
    assert found["replica"].inputs == {"candidate": BEST.run}
    assert found["replica"].params == {
        "confidence": 0.95,
        "threads": 3,
        "answers": {"rows": 1000},
        "latency": {"requests": 1000},
        "load": {"clients": 4, "seconds": 10.0},
    }


def test_another_bound_measures_nothing_anew_and_another_pool_does() -> None:
    one = started(decide())["replica"].run
    looser = {**GATES, "latency": {"p99": "90ms"}}
    thing = stage.resource(GO, replica=looser)
    other = stage.decide(
        thing, stage.actual(), stage.resource(API, resources={"cpus": 3}), upstream=[stage.board(BEST)]
    )
    assert started(other)["replica"].run == one
    assert started(decide(pool="pools/large"))["replica"].run != one
    assert started(decide(resources={"cpus": 8}))["replica"].run != one


def test_while_it_is_measured_nothing_is_proposed() -> None:
    runs = {runner: change.run for runner, change in started(decide()).items()}
    compared = {runs["evaluate"]: stage.result(metrics={"candidate.roc_auc": 0.9})}
    measuring = (stage.branch(runs["replica"]), stage.job(runs["replica"]))
    found = decide(stage.version(runs["evaluate"]), *measuring, results=compared)
    assert (found.phase, found.reason, found.changes) == (Phase.RECONCILING, "Measuring", ())
    broken = (stage.branch(runs["replica"]), stage.failed(runs["replica"], 65, reason="no replica serves it"))
    found = decide(stage.version(runs["evaluate"]), *broken, results=compared)
    assert (found.phase, found.reason) == (Phase.STALLED, "MeasurementFailed")
    assert found.message == "no replica serves it"


def test_a_candidate_that_holds_is_proposed_with_what_was_measured() -> None:
    (wanted,) = stage.of(judged(measured()), OpenProposal)
    assert "## As a replica" in wanted.body
    assert "| latency p99 in ms | 9 | at most 20 with a confidence of 0.95" in wanted.body


def test_one_that_does_not_stays_unproposed_and_a_proposal_of_it_is_closed() -> None:
    older = stage.proposal(f"{GO}/older")
    found = judged(measured({**FIGURES, "answers": {"value": 0.0, "low": 0.0, "high": 0.01, "count": 1000}}), older)
    assert (found.phase, found.reason) == (Phase.STALLED, "GatesFailed")
    assert "share of test rows answered is 0.0000, at least 0.99" in found.message
    assert [type(change) for change in found.changes] == [CloseProposal]


def test_each_gate_is_a_status_on_the_proposal() -> None:
    (wanted,) = stage.of(judged(measured()), OpenProposal)
    seen = stage.proposal(wanted.name)
    open_ = type(seen)(wanted.name, seen.branch, seen.commit, statuses=())
    (change,) = stage.of(judged(measured(), open_), JudgeProposal)
    told = {one.context: one.verdict for one in change.statuses}
    names = ("size", "answers", "latency", "load")
    assert told == {f"setpoint/dev/{name}": Verdict.SUCCESS for name in names}


def test_what_was_measured_of_former_candidates_is_kept_as_long_as_comparisons_are() -> None:
    former = [stage.version(f"{GO}/{digit * 12}") for digit in "ef"]
    dropped = judged(measured(), *former, keep=1).changes
    assert sum(change.verb == "drop" for change in dropped) == 2
    assert [c for c in judged(measured(), *former, keep=2).changes if c.verb == "drop"] == []
