"""Figures of each of several labels."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from runners.evaluate.by_label import figures_by_label
from runners.evaluate.predictions import Answers
from tests.unit.runners.evaluate.conftest import binary, multilabel


def test_they_are_scikit_learns_with_an_interval_about_f1() -> None:
    answers = multilabel()
    told = figures_by_label(answers, ("a", "b", "c"), seed=1)
    f1 = sklearn.f1_score(answers.truth, answers.prediction, average=None)
    assert [one["f1"] for one in told.values()] == pytest.approx(f1, abs=1e-6)
    assert [one["rows"] for one in told.values()] == answers.truth.sum(axis=0).tolist()
    assert all(one["interval"][0] < one["f1"] < one["interval"][1] for one in told.values())


def test_a_label_that_no_row_has_is_undefined_and_other_tasks_have_none() -> None:
    nobody = np.zeros((4, 1), np.int64)
    told = figures_by_label(Answers("multilabel", nobody, nobody), ("a",), seed=1)
    assert told == {"a": {"rows": 0, "f1": None, "precision": None, "recall": None, "interval": [None, None]}}
    assert figures_by_label(binary(), (0, 1), seed=1) == {}
