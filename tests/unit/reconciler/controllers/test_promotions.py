"""Promotions: the best trial that passes its gates is proposed once, with evidence; a person has the last word."""

from dataclasses import replace
from typing import Any

from reconciler.model.change import CancelJob, CloseProposal, DropRun, OpenProposal
from reconciler.model.decision import Decision, Phase, Scores, Trial
from reconciler.model.observed import Actual
from reconciler.model.resource import Resource
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, MODEL, SCORE

BEST, SECOND = stage.trial("1", roc_auc=0.9), stage.trial("2", roc_auc=0.8)
LIVE = stage.trial_name("9")
BEATS_LIVE: dict[str, Any] = {"gates": [{"metric": "roc_auc", "worse_than_live": 0.01}]}


def pinned(trial: str | None = None) -> Resource:
    return stage.resource(API, model={"trial": trial, "digest": MODEL} if trial else None)


def decide(
    seen: Actual, *trials: Trial, live: str | None = None, experiment: Resource | None = None, **spec: Any
) -> Decision:
    others, owners = [pinned(live)] + ([experiment] if experiment else []), spec.pop("code_owners", None)
    board = stage.board(*(trials or (BEST, SECOND)))
    return stage.decide(stage.resource(GO, **spec), seen, *others, upstream=[board], code_owners=owners)


def compared(*things: Any, live: str | None = None, facts: dict[str, Any] | None = None, **parts: Any) -> Decision:
    """Decide when the comparison of the candidate is accepted, with these metrics."""
    metrics = parts.pop("metrics", {"candidate.roc_auc": 0.9, "live.roc_auc": 0.85})
    told, teams = {"bounds": parts.pop("bounds", [])}, parts.pop("teams", None)
    versions = [stage.version(live)] if live else []
    run = stage.started(decide(stage.actual(*versions), live=live, **parts)).run
    seen = stage.actual(
        *versions,
        stage.version(run),
        *things,
        results={run: stage.result(metrics=metrics, facts=told)},
        facts={GO: facts} if facts else None,
        teams=teams,
    )
    return decide(seen, live=live, **parts)


def proposed(**parts: Any) -> OpenProposal:
    (wanted,) = stage.of(compared(**parts), OpenProposal)
    return wanted


def test_what_is_to_be_doubted_of_a_model_is_told_with_its_proposal_and_in_the_status() -> None:
    doubtful = replace(BEST, doubts=("the stated coverage isn't reached",))
    run = stage.started(decide(stage.actual(), doubtful)).run
    result = stage.result(metrics={"candidate.roc_auc": 0.9})
    found = decide(stage.actual(stage.version(run), results={run: result}), doubtful)
    (wanted,) = stage.of(found, OpenProposal)
    assert "**Warning**: the stated coverage isn't reached" in wanted.body
    assert found.message.endswith("waits for its merge; warning: the stated coverage isn't reached")


def test_a_promotion_waits_for_its_experiment_and_its_deployment_and_keeps_its_memory() -> None:
    memory = {"promoted": [LIVE], "proposed": ["a"]}
    seen = stage.actual(facts={GO: memory})
    found = stage.decide(stage.resource(GO), seen, pinned())
    assert (found.reason, found.message) == ("WaitsForUpstream", "experiments/score is not there")
    assert {key: found.facts[key] for key in memory} == memory
    assert stage.decide(stage.resource(GO), seen).facts == memory


def test_the_best_trial_that_passes_its_gates_is_compared_with_the_live_model_on_the_same_rows() -> None:
    change = stage.started(decide(stage.actual(stage.version(LIVE)), live=LIVE))
    assert (change.runner, change.inputs) == ("evaluate", {"candidate": BEST.run, "live": LIVE})


def test_without_a_live_model_the_candidate_is_measured_alone() -> None:
    assert stage.started(decide(stage.actual())).inputs == {"candidate": BEST.run}


def test_a_trial_that_fails_a_gate_gives_way_to_the_next() -> None:
    gates: dict[str, Any] = {"gates": [{"metric": "roc_auc", "maximum": 0.85}]}
    assert stage.started(decide(stage.actual(), **gates)).inputs == {"candidate": SECOND.run}


def test_when_no_trial_passes_its_gates_the_promotion_stalls_with_the_figures() -> None:
    gates: dict[str, Any] = {"gates": [{"metric": "roc_auc", "minimum": 0.95}]}
    found = decide(stage.actual(), **gates)
    assert (found.phase, found.reason) == (Phase.STALLED, "GatesFailed")
    why = "roc_auc is 0.9000, at least 0.95"
    assert found.message == f"no trial passes its gates on the validation rows; the best one: {why}"


def scored(digit: str, validation: float, test: float) -> Trial:
    return replace(stage.trial(digit), validation=Scores({"roc_auc": validation}), test=Scores({"roc_auc": test}))


def test_the_test_rows_judge_the_trial_that_was_chosen_and_choose_no_other() -> None:
    gates: dict[str, Any] = {"gates": [{"metric": "roc_auc", "minimum": 0.85}]}
    found = decide(stage.actual(), scored("1", 0.9, 0.84), scored("2", 0.89, 0.95), **gates)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "GatesFailed", ())
    assert BEST.run in found.message
    assert "on the test rows, which no choice has seen: roc_auc is 0.8400, at least 0.85" in found.message


def test_a_trial_that_only_the_test_rows_flatter_is_not_chosen() -> None:
    gates: dict[str, Any] = {"gates": [{"metric": "roc_auc", "minimum": 0.85}]}
    change = stage.started(decide(stage.actual(), scored("1", 0.84, 0.99), scored("2", 0.9, 0.9), **gates))
    assert change.inputs == {"candidate": SECOND.run}


def test_the_comparison_is_asked_for_the_bounds_by_which_gates_decide() -> None:
    asked = {"metric": "roc_auc", "worse_than_live": 0.02, "confidence": 0.95}
    change = stage.started(decide(stage.actual(), gates=[asked, {"metric": "roc_auc", "minimum": 0.1}]))
    assert change.params == {"bounds": [{"metric": "roc_auc", "confidence": 0.95, "slice": None}]}
    assert stage.started(decide(stage.actual(), gates=[])).params == {}


def test_a_candidate_that_is_not_surely_good_enough_stays_unproposed() -> None:
    gates = [{"metric": "roc_auc", "worse_than_live": 0.02, "confidence": 0.95}]
    known = {"metric": "roc_auc", "confidence": 0.95, "slice": None, "value": None, "low": -0.03, "high": 0.1}
    assert compared(live=LIVE, gates=gates, bounds=[known]).reason == "LiveIsBetter"
    assert compared(live=LIVE, gates=gates, bounds=[{**known, "low": -0.02}]).reason == "WaitsForReview"


def test_gates_by_slice_are_held_before_anything_is_compared() -> None:
    slices = {"sex": {"1": {"roc_auc": 0.9}, "2": {"roc_auc": 0.5}}}
    found = decide(
        stage.actual(),
        stage.trial("1", slices, roc_auc=0.9),
        gates=[{"metric": "roc_auc", "slice": "sex", "minimum": 0.8}],
    )
    assert found.reason == "GatesFailed"


def test_a_candidate_that_holds_is_proposed_with_its_evidence() -> None:
    wanted = proposed(live=LIVE, **BEATS_LIVE)
    assert wanted.file == "environments/dev/deployments/api.yaml"
    assert wanted.edits == {"model": {"trial": BEST.run, "digest": MODEL}}
    assert wanted.title == f"Promote {BEST.run} to deployments/api in dev"
    assert f"in place of `{LIVE}`" in wanted.body
    assert "| roc_auc | 0.85 | 0.9 | +0.0500 |" in wanted.body


def test_the_live_model_stays_when_it_is_better() -> None:
    found = compared(
        stage.proposal(f"{GO}/older"),
        live=LIVE,
        metrics={"candidate.roc_auc": 0.9, "live.roc_auc": 0.95},
        **BEATS_LIVE,
    )
    assert (found.phase, found.reason) == (Phase.READY, "LiveIsBetter")
    assert [type(change) for change in found.changes] == [CloseProposal]


def test_the_experiments_goal_says_which_of_two_models_is_better() -> None:
    cheap = stage.resource(SCORE, metric={"name": "cost", "goal": "minimize"})
    metrics = {"candidate.cost": 1.0, "live.cost": 2.0}
    gates = [{"metric": "cost", "worse_than_live": 0.0}]
    found = compared(live=LIVE, metrics=metrics, experiment=cheap, gates=gates)
    assert found.reason == "WaitsForReview"


def test_a_better_candidate_replaces_an_open_proposal_which_may_come_again() -> None:
    older = stage.proposal(f"{GO}/older")
    found = compared(older, facts={"proposed": [older.name]})
    assert [type(change) for change in found.changes] == [OpenProposal, CloseProposal]
    assert found.facts["proposed"] == []


def test_a_pinned_candidate_is_promoted_and_what_is_left_over_is_tidied() -> None:
    former = f"{GO}/{'c' * 12}"
    merged = stage.proposal(f"{GO}/merged", "merged")
    seen = stage.actual(merged, stage.branch(former), stage.job(former), facts={GO: {"promoted": [LIVE]}})
    found = decide(seen, live=BEST.run)
    assert (found.phase, found.reason) == (Phase.READY, "Promoted")
    assert [change.verb for change in found.changes] == ["close", "cancel", "drop"]
    assert found.facts["promoted"] == [LIVE, BEST.run]


def test_a_model_that_was_rolled_back_is_not_proposed_again() -> None:
    found = decide(stage.actual(facts={GO: {"promoted": [LIVE, BEST.run]}}), live=LIVE)
    assert (found.phase, found.reason, found.changes) == (Phase.READY, "RolledBack", ())
    assert found.facts["promoted"] == [BEST.run, LIVE]
    assert decide(stage.actual(facts={GO: {"promoted": [BEST.run]}})).reason == "RolledBack"


def test_a_comparison_that_is_under_way_or_has_failed_is_told() -> None:
    run = stage.started(decide(stage.actual())).run
    assert decide(stage.actual(stage.branch(run), stage.job(run))).reason == "Comparing"
    found = decide(stage.actual(stage.branch(run), stage.failed(run, 65, reason="no rows")))
    assert (found.phase, found.reason, found.message) == (Phase.STALLED, "ComparisonFailed", "no rows")


def test_a_comparison_of_a_former_candidate_is_stopped() -> None:
    former = f"{GO}/{'c' * 12}"
    found = decide(stage.actual(stage.branch(former), stage.job(former)))
    assert [type(change) for change in found.changes[1:]] == [CancelJob, DropRun]


def test_what_stands_instead_of_the_live_model_is_another_proposal() -> None:
    assert proposed().name != proposed(live=LIVE).name


def test_the_evidence_of_a_proposal_stays_what_reviewers_read() -> None:
    wanted = proposed()
    told = {"proposal": wanted.name, "evidence": "as it was proposed"}
    assert compared(stage.proposal(wanted.name), facts=told).facts["evidence"] == "as it was proposed"
    assert compared(stage.proposal(wanted.name), facts={**told, "proposal": "another"}).facts["evidence"] == wanted.body


def test_comparisons_above_the_number_to_keep_are_dropped() -> None:
    former = stage.version(f"{GO}/{'f' * 12}")
    assert stage.of(compared(former), DropRun) == []
    (change,) = stage.of(compared(former, keep=1), DropRun)
    assert (change.run, change.accepted) == (former.run, True)
    older = stage.version(f"{GO}/{'e' * 12}")
    assert len(stage.of(compared(former, older, keep=1), DropRun)) == 2
    assert len(stage.of(compared(former, older, keep=2), DropRun)) == 1
    assert stage.of(compared(former, older, keep=3), DropRun) == []
