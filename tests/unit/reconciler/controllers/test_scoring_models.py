"""Datasets of predictions: they wait for rows and a model, and are named by both."""

from dataclasses import replace
from typing import Any

from reconciler.model.decision import Decision, Leaderboard, Live, Phase
from reconciler.model.ids import Address, RunName
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS, MODEL, SCORE

SCORED = Address("datasets/scored")
ROWS = stage.upstream(LOANS, stage.data())


def decided(
    serves: Live | Leaderboard | None, traffic: dict[str, int] | None = None, rows: Decision = ROWS, **told: Any
) -> Decision:
    """Decide on predictions in a world where two revisions serve."""
    by, facts = told.pop("by", API), told.pop("facts", {})
    spec = {"source": {"predictions": {"of": LOANS, "by": by, "keep": ["id"]}}}
    revisions = [stage.revision("r" * 12), stage.revision("s" * 12, trial=stage.trial_name("2"))]
    endpoint = stage.endpoint(*revisions, traffic=traffic or {"r" * 12: 100})
    trials = [stage.trial_name(digit) for digit in "12"]
    models = {stage.trial_name("1"): MODEL, stage.trial_name("2"): told.pop("second", "sha256:" + "2" * 64)}
    known = told.pop("versions", trials)
    results = {run: stage.trained({"roc_auc": 0.9}, digest) for run, digest in models.items()} | {
        run: stage.result(content=run) for run in known if run not in models
    }
    things = [stage.version(run) for run in known]
    seen = stage.actual(*things, endpoint, results=results, facts={SCORED: facts} if facts else {})
    return stage.decide(stage.resource(SCORED, **spec), seen, upstream=[rows, stage.upstream(Address(by), serves)])


def test_the_model_that_answers_all_requests_scores_the_newest_rows() -> None:
    run = stage.started(decided(stage.live("1")))
    assert run.inputs == {"rows": "datasets/loans/0123456789ab", "model": stage.trial_name("1")}
    assert run.runner == "ingest"
    assert run.params["source"] == {"predictions": {"of": LOANS, "by": API, "keep": ["id"]}}
    assert (run.made_from["inputs"], run.made_from["scored_by"]) == ({"rows": "rows-1"}, MODEL)


def test_a_run_is_named_by_the_content_of_the_rows_and_the_digest_of_the_model() -> None:
    first = stage.started(decided(stage.live("1"))).run
    same = decided(stage.live("1"), rows=stage.upstream(LOANS, stage.data("datasets/loans/another")))
    assert stage.started(same).run == first
    twin = decided(stage.live("2"), {"s" * 12: 100}, second=MODEL)
    assert stage.started(twin).run == first, "the same model of another trial says the same"
    other = decided(stage.live("2"), {"s" * 12: 100})
    newer = decided(stage.live("1"), rows=stage.upstream(LOANS, stage.data(content="rows-2")))
    assert len({first, stage.started(other).run, stage.started(newer).run}) == 3


def test_an_experiments_best_trial_scores() -> None:
    board = Leaderboard((stage.trial("2", model="sha256:" + "2" * 64), stage.trial("1")), stage.data(), "roc_auc")
    run = stage.started(decided(board, by=SCORE))
    assert run.inputs["model"] == stage.trial_name("2")
    assert run.made_from["scored_by"] == "sha256:" + "2" * 64


def test_without_rows_or_a_model_it_waits_and_says_for_what() -> None:
    told = decided(None)
    assert (told.phase, told.message, told.changes) == (Phase.WAITING, f"{API} is not ready yet", ())
    told = decided(stage.live("1"), rows=stage.upstream(LOANS, None))
    assert (told.phase, told.message) == (Phase.WAITING, f"{LOANS} is not ready yet")
    told = decided(stage.live("1"), versions=[stage.trial_name("2")])
    assert told.message == f"the model of {API} isn't in the data store: {stage.trial_name('1')} is gone"


def test_while_traffic_is_divided_between_models_what_was_scored_stands() -> None:
    mine = RunName(f"{SCORED}/aaaaaaaaaaaa")
    versions = [*map(stage.trial_name, "12"), mine]
    told = decided(stage.live("2"), {"r" * 12: 50, "s" * 12: 50}, versions=versions, facts={"run": mine})
    assert (told.phase, told.changes) == (Phase.WAITING, ())
    assert told.message == f"the traffic of {API} is divided between models, and none scores until one has it all"
    assert told.output == stage.data(mine, mine)
    assert told.facts == {"run": mine}


def test_two_revisions_of_one_model_are_one() -> None:
    both = stage.endpoint(stage.revision("r" * 12), stage.revision("s" * 12), traffic={"r" * 12: 50, "s" * 12: 50})
    things = [stage.version(stage.trial_name("1")), both]
    results = {stage.trial_name("1"): stage.trained({"roc_auc": 0.9})}
    spec = {"source": {"predictions": {"of": LOANS, "by": API}}}
    above = [ROWS, stage.upstream(API, stage.live("1"))]
    told = stage.decide(stage.resource(SCORED, **spec), stage.actual(*things, results=results), upstream=above)
    assert stage.started(told).inputs["model"] == stage.trial_name("1")


def test_it_goes_on_with_the_version_before_which_names_no_run() -> None:
    mine = RunName(f"{SCORED}/aaaaaaaaaaaa")
    newer = stage.upstream(LOANS, stage.data(content="rows-2"))
    versions = [*map(stage.trial_name, "12"), mine]
    second = stage.started(decided(stage.live("1"), rows=newer, versions=versions, facts={"run": mine}))
    assert second.inputs["former-version"] == mine
    assert second.run == stage.started(decided(stage.live("1"), rows=newer)).run


def test_an_accepted_one_is_left_alone() -> None:
    run = stage.started(decided(stage.live("1"))).run
    versions = [*map(stage.trial_name, "12"), run]
    told = decided(stage.live("1"), versions=versions, facts={"run": run})
    assert (told.phase, told.changes) == (Phase.READY, ())
    assert told.output == replace(stage.data(run), content=run)
