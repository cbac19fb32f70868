"""What becomes of a problem: which runners it goes through, in which order, and which laws hold on the way."""

from dataclasses import replace

from runners.models import load
from tests.problems import laws, own_code, people, reports, secrecy
from tests.problems.columns import Column, column_of
from tests.problems.contracts import Contract
from tests.problems.playing import Played, Stage
from tests.problems.problem import FAMILIES, Problem
from tests.problems.traffic import HOURS, LEAST, TRIAL, Asked, Traffic, log_hour, window_of, write_outcomes

ADDED = "added later"


def ingested(problem: Problem, stage: Stage, step: str = "dataset") -> Played:
    """From a source to a version of its data, with its profile."""
    dataset = stage.ingest(problem, step)
    laws.nothing_crashes(dataset)
    laws.must_be_done(dataset, "the source is sound")
    laws.data_is_what_the_source_held(problem, dataset)
    laws.profile_is_right(problem, dataset)
    return dataset


def refreshed(problem: Problem, stage: Stage) -> None:
    """Pulled again: the same rows, held to the columns that were proposed; more rows; another column."""
    dataset = ingested(problem, stage)
    again = stage.ingest(problem, "again")
    laws.digests_are_the_same(dataset, again, *dataset.told["files"])
    proposed = dataset.told["facts"]["proposed_columns"]
    held = stage.ingest(problem, "held", columns=proposed)
    laws.nothing_crashes(held)
    laws.must_be_done(held, "the columns were proposed for this very data")
    laws.digests_are_the_same(dataset, held, "data.parquet", content=False)
    grown = problem.taking([*range(problem.rows), 0])
    if problem.identifier is None:
        assert ingested(grown, stage, "grown").told["content"] != dataset.told["content"]
    else:
        laws.duplicate_is_told(stage.ingest(grown, "grown"), problem.identifier)
    other = stage.ingest(with_column(problem), "other", columns=proposed)
    laws.nothing_crashes(other)
    laws.stranger_is_told(other, ADDED)


def contracted(contract: Contract, stage: Stage) -> None:
    """Pulled again, held to one rule more of one column: the rows that break it are told, and no others."""
    proposed = ingested(contract.problem, stage).told["facts"]["proposed_columns"]
    declared = {**proposed, contract.name: {"type": contract.column.type, "missing": 1.0, **contract.rule}}
    held = stage.ingest(contract.problem, "held", columns=declared)
    laws.nothing_crashes(held)
    laws.contract_is_held(contract, held)


def with_column(problem: Problem) -> Problem:
    """Return a problem with one more column."""
    more: Column = column_of(ADDED, "constant", [7] * problem.rows)
    return replace(problem, columns=(*problem.columns, more))


def trained(problem: Problem, stage: Stage) -> None:
    """From a source to an endpoint's answer, and to a comparison with a model of another family."""
    dataset = ingested(problem, stage)
    trial = stage.train(problem, dataset)
    laws.nothing_crashes(trial)
    if laws.is_sound(problem):
        laws.must_be_done(trial, "the problem is sound")
    if not trial.is_done:
        return
    laws.trial_is_right(problem, trial)
    if problem.seed == 0:
        laws.digests_are_the_same(trial, stage.train(problem, dataset, "again"), "model.onnx", "reference.parquet")
    families = FAMILIES[problem.task]
    other = replace(problem, family=families[(families.index(problem.family) + 1) % len(families)])
    live = stage.train(other, dataset, "live")
    laws.nothing_crashes(live)
    compared = stage.compare(trial, live)
    laws.nothing_crashes(compared)
    laws.comparison_is_right(trial, live, compared)


def watched(traffic: Traffic, stage: Stage) -> None:
    """From a trial to the third report on its traffic."""
    dataset = ingested(traffic.problem, stage)
    trial = stage.train(traffic.problem, dataset)
    laws.nothing_crashes(trial)
    if not (trial.is_done and trial.told["accepted"]):
        assert not laws.is_sound(traffic.problem), trial.told
        return
    laws.trial_is_right(traffic.problem, trial)
    asked: list[Asked] = []
    former: Played | None = None
    for hour in range(HOURS):
        asked += log_hour(traffic, hour, load(trial.folder), stage.folder / "log")
        report = stage.report(_report_params(traffic, hour, trial, stage), trial, former, f"report-{hour}")
        laws.nothing_crashes(report)
        if report.is_refused:
            assert traffic.arrival == "foreign", f"it is refused: {report.told}"
            assert "outcomes" in report.told["where"], report.told
            return
        reports.report_is_right(traffic, hour, asked, trial, report)
        former = report


def hushed(told: secrecy.Secretive, stage: Stage) -> None:
    """From a source with a sensitive column to the third report: none of its values is told on the way."""
    traffic, problem = told.traffic, told.problem
    proposed = stage.ingest(problem, "open").told["facts"]["proposed_columns"]
    dataset = stage.ingest(problem, columns=secrecy.hidden(proposed))
    laws.must_be_done(dataset, "the columns were proposed for this very data")
    trial, former = stage.train(problem, dataset), None
    secrecy.is_kept(dataset)
    secrecy.is_kept(trial)
    for hour in range(HOURS) if trial.is_done and trial.told["accepted"] else ():
        log_hour(traffic, hour, load(trial.folder), stage.folder / "log")
        report = stage.report(_report_params(traffic, hour, trial, stage), trial, former, f"report-{hour}")
        laws.nothing_crashes(report)
        secrecy.is_kept(report)
        former = report if report.is_done else former


def _report_params(traffic: Traffic, hour: int, trial: Played, stage: Stage) -> dict[str, object]:
    classes = trial.json("signature.json").get("classes") or []
    outcomes = write_outcomes(traffic, stage.folder / f"outcomes-{hour}.csv", hour, classes)
    metric = "mae" if traffic.problem.task == "regression" else "accuracy"
    told = {"chunk": LEAST, "minimum_rows": LEAST, "metric": metric, "trial": TRIAL, "window": window_of(hour)}
    return told | ({"outcomes": outcomes} if outcomes else {})


def coded(told: own_code.Coded, stage: Stage) -> None:
    """From a source to the answer of a model that a script of one's own has trained."""
    dataset = ingested(told.problem, stage)
    code = own_code.code_in(stage.folder / "code")
    trial = stage.train(told.problem, dataset, by="command", code=code, **own_code.params_of(told))
    laws.nothing_crashes(trial)
    if laws.is_sound(told.problem):
        laws.must_be_done(trial, "the script is sound")
    if trial.is_done:
        own_code.handed_what_it_may_train_on(trial, dataset)
        own_code.told_what_was_asked(told, trial)
        own_code.handed_rows_are_those_of_the_data(told, trial)
        own_code.reported_stands_beside_what_is_measured(trial)
        laws.trial_is_right(told.problem, trial)


def labelled(told: people.Labelled, stage: Stage) -> None:
    """From people's answers to a model that learned from them."""
    dataset = stage.ingest(told.problem)
    export = stage.folder / "answers.json"
    people.write_export(told, export)
    exports = {"url": str(export), "question": people.QUESTION}
    merged = stage.label(dataset, {"exports": exports, **told.params})
    laws.nothing_crashes(merged)
    if not told.answers:
        return
    people.labels_are_right(told, merged)
    people.gate_holds(merged)
    problem = replace(told.problem, task="multiclass", family="tree")
    trial = stage.train(problem, dataset, labels=merged.folder, target="label")
    laws.nothing_crashes(trial)
    if trial.is_done:
        laws.endpoint_answers_as_the_trial_did(problem, trial)
