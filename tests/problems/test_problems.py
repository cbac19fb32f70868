"""Random problems through the real runners, each held against the oracle."""

import os

import pytest
from hypothesis import strategies as st

from tests.problems import laws
from tests.problems.campaign import hold
from tests.problems.playing import Stage
from tests.problems.problem import Problem, problems
from tests.shares import Hand

BATCHES = range(1, 9)
SHRINKS = os.environ.get("SETPOINT_SHRINKS", "1") == "1"


def trained(problem: Problem, stage: Stage) -> None:
    """From a source to an endpoint's answer."""
    dataset = stage.ingest(problem)
    laws.nothing_crashes(dataset)
    laws.must_be_done(dataset, "the source is sound")
    laws.data_is_what_the_source_held(problem, dataset)
    laws.profile_is_right(problem, dataset)
    trial = stage.train(problem, dataset)
    laws.nothing_crashes(trial)
    if laws.is_sound(problem):
        laws.must_be_done(trial, "the problem is sound")
    if trial.is_done:
        laws.figures_of_a_trial_are_right(problem, trial)
        laws.test_rows_are_rows_of_the_data(problem, trial)
        laws.endpoint_answers_as_the_trial_did(problem, trial)


@pytest.mark.sweep
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", BATCHES)
def test_trials(batch: int, share: Hand) -> None:
    count = 100 if share.share.is_whole else 12
    hold(trained, problems(st.sampled_from((60, 40, 90))), batch, count=count, shrinks=SHRINKS)
