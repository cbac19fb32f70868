"""What becomes of a problem: which runners it goes through, in which order, and which laws hold on the way."""

from dataclasses import replace

from tests.problems import laws
from tests.problems.columns import Column, column_of
from tests.problems.playing import Played, Stage
from tests.problems.problem import FAMILIES, Problem

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
