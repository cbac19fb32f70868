"""Coverage: the stated share holds over draws, whatever the distribution; that too few rows can't tell is said."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from runners.contract import InputError
from runners.contract.label_sets import labels_in
from runners.models import load
from runners.models.coverage import Coverage, within
from runners.train.coverage import groups_of, limit, wilson
from runners.train.tabular import run
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.data import leave_table
from tests.unit.runners.train.rows import examples

DRAWS, RISK = 400, 1e-4
"""Draws of a test, and the risk with which a share that holds would fail it; seeds are fixed."""

Draw = Callable[[np.random.Generator, int], Any]

DISTANCES: dict[str, Draw] = {
    "normal": lambda generator, count: np.abs(generator.normal(size=count)),
    "without a mean": lambda generator, count: np.abs(generator.standard_cauchy(count)),
    "of two sizes": lambda generator, count: (
        np.where(generator.random(count) < 0.1, 1e6, 1e-6) * generator.random(count)
    ),
}


def held(covered: int, share: float, draws: int = DRAWS) -> bool:
    """Tell whether so many of the draws can be covered where the share is that, or a larger one."""
    return bool(binom.cdf(covered, draws, share) > RISK)


@pytest.mark.parametrize("kind", DISTANCES)
@pytest.mark.parametrize(("rows", "share"), [(9, 0.9), (40, 0.9), (200, 0.95), (5, 0.5)])
def test_the_share_holds_and_is_not_exceeded_by_much(kind: str, rows: int, share: float) -> None:
    covered = 0
    for seed in range(DRAWS):
        drawn = DISTANCES[kind](np.random.default_rng(seed), rows + 1)
        covered += int(drawn[-1] <= limit(drawn[:-1], share))
    assert held(covered, share)
    assert (
        binom.sf(covered - 1, DRAWS, share + 1 / (rows + 1)) > RISK
    )  # the rule's own upper bound: no wider than need be


def test_equal_distances_are_kept_to() -> None:
    assert limit(np.zeros(20), 0.9) == 0.0
    assert limit(np.repeat([0.0, 3.0], [19, 1]), 0.9) == 0.0
    assert limit(np.repeat([0.0, 3.0], [17, 3]), 0.9) == 3.0


@pytest.mark.parametrize(("share", "needed"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99), (0.999, 999)])
def test_so_few_rows_that_no_interval_would_end_are_refused(share: float, needed: int) -> None:
    distances = np.arange(needed, dtype=float)
    assert limit(distances, share) == needed - 1  # the largest of just enough
    with pytest.raises(
        InputError, match=f"told by {needed:,} validation rows at the least, and there are {needed - 1:,}"
    ):
        limit(distances[1:], share)


def grouped(generator: np.random.Generator, groups: int) -> tuple[Any, Any]:
    """Return distances of rows that are alike within their groups, of which some are large, and their groups."""
    sizes = generator.choice([1, 2, 60], size=groups)
    spread = np.abs(generator.normal(size=groups)) * np.where(sizes > 2, 0.2, 3.0)
    codes = np.repeat(np.arange(groups), sizes)
    return spread[codes] * (1 + 0.01 * generator.random(len(codes))), codes


def test_the_share_holds_for_rows_of_groups_that_nobody_has_seen() -> None:
    by_groups, by_rows = 0, 0
    for seed in range(DRAWS):
        distances, codes = grouped(np.random.default_rng(seed), 31)
        is_new = codes == 30
        by_groups += int(distances[is_new][0] <= limit(distances[~is_new], 0.9, codes[~is_new]))
        by_rows += int(distances[is_new][0] <= limit(distances[~is_new], 0.9))
    assert held(by_groups, 0.9)
    assert not held(by_rows, 0.9)  # rows counted one by one wouldn't do


def test_groups_of_one_row_are_rows() -> None:
    distances = np.random.default_rng(1).random(50)
    assert limit(distances, 0.8, np.arange(50)) == limit(distances, 0.8)


def drawn_classes(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
    """Return probabilities of three classes that flatter their model, and the true ones, of which the last is rare."""
    chances = generator.dirichlet([2.0, 1.5, 0.4], size=rows)
    truth = (generator.random((rows, 1)) > chances.cumsum(axis=1)[:, :2]).sum(axis=1)
    flattered = chances**3
    return flattered / flattered.sum(axis=1, keepdims=True), truth


@pytest.mark.parametrize("is_by_class", [False, True])
def test_sets_hold_the_true_class_of_all_rows_or_of_each_class(is_by_class: bool) -> None:
    covered, seen = np.zeros(3), np.zeros(3)
    for seed in range(DRAWS):
        scores, truth = drawn_classes(np.random.default_rng(seed), 300)
        distances = 1 - scores[np.arange(300), truth]
        own = [limit(distances[:-10][truth[:-10] == place], 0.8) for place in range(3)]
        known = Coverage(0.8, tuple(own) if is_by_class else (limit(distances[:-10], 0.8),), 290)
        place = int(truth[-1])
        covered[place] += within(scores[-1:], known)[0, place]
        seen[place] += 1
    assert held(int(covered.sum()), 0.8)
    assert held(int(covered[2]), 0.8, int(seen[2])) == is_by_class  # the rare class is what `by: class` is for


def test_a_set_always_has_the_class_that_is_predicted() -> None:
    has = within(np.array([[0.4, 0.35, 0.25], [0.9, 0.06, 0.04]]), Coverage(0.5, (0.2,), 10))
    assert has.tolist() == [[True, False, False], [True, False, False]]


def test_the_interval_of_a_share_is_wilson_s() -> None:
    for right, count in ((99, 110), (5, 5), (0, 7), (1, 1)):
        assert wilson(right / count, count) == pytest.approx(
            tuple(binomtest(right, count).proportion_ci(method="wilson"))
        )


def test_a_regression_answers_intervals_and_says_how_often_they_hold(asking: Asking, diabetes: Path) -> None:
    metric = {"name": "rmse", "goal": "minimize"}
    told = {"task": "regression", "metric": metric, "coverage": {"share": 0.8}}
    result = run(asking.request(diabetes, {"n_estimators": 20}, **told), asking.folder)
    known = result.facts["coverage"]
    assert known["stated"] == 0.8
    assert known["rows"] == 110
    assert known["interval"][0] <= known["measured"] <= known["interval"][1]
    assert json.loads((asking.folder / "metrics.json").read_text())["coverage"] == known
    assert "| all | 0.8000 |" in (asking.folder / "model-card.md").read_text()
    model = load(asking.folder)
    row = {name: [0.01] for name in model.signature.columns}
    answered = model.predict(row)
    assert answered.lower is not None
    assert answered.upper is not None
    assert answered.upper[0] - answered.lower[0] == pytest.approx(known["size"], rel=1e-6)
    assert answered.lower[0] < answered.prediction[0] < answered.upper[0]


def test_low_and_high_predictions_have_widths_of_their_own(asking: Asking, tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    size = generator.uniform(1, 100, 1500)
    (tmp_path / "data").mkdir()
    columns = {"id": np.arange(1500), "size": size, "target": size * (1 + 0.2 * generator.normal(size=1500))}
    dataset = leave_table(tmp_path / "data", columns, "id")
    metric = {"name": "rmse", "goal": "minimize"}
    told = {"task": "regression", "metric": metric, "coverage": {"share": 0.9, "by": "prediction"}}
    result = run(asking.request(dataset, {"model": "linear"}, **told), asking.folder)
    model = load(asking.folder)
    assert model.signature.coverage is not None
    narrow, middle, wide = model.signature.coverage.limits
    assert 4 * narrow < 2 * middle < wide * 1.7
    answered = model.predict({"size": [5.0, 95.0]})
    assert answered.lower is not None
    assert (answered.prediction - answered.lower).tolist() == pytest.approx([narrow, wide])
    by = result.facts["coverage"]["by"]
    assert len(by) == 3
    assert all(share == pytest.approx(0.9, abs=0.08) for share in by.values()), by
    assert "| up to " in (asking.folder / "model-card.md").read_text()


def test_classes_answer_sets_by_class(asking: Asking, iris: Path) -> None:
    told = {"task": "multiclass", "metric": {"name": "accuracy"}, "coverage": {"share": 0.75, "by": "class"}}
    result = run(asking.request(iris, {"n_estimators": 5}, **told), asking.folder)
    assert set(result.facts["coverage"]["by"]) == {"setosa", "versicolor", "virginica"}
    model = load(asking.folder)
    assert model.signature.coverage is not None
    assert len(model.signature.coverage.limits) == 3
    answered = model.predict({name: [5.8] for name in model.signature.columns})
    assert answered.sets is not None
    assert answered.prediction[0] in labels_in(answered.sets[0])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"coverage": {"share": 0.999}}, "told by 999 validation rows at the least, and there are 24"),
        ({"coverage": {"share": 0.9, "by": "class"}}, "told by 9 validation rows of the class setosa"),
        ({"coverage": {"share": 0.5, "by": "prediction"}}, "a share by prediction is of numbers"),
    ],
)
def test_what_so_few_rows_can_t_tell_is_refused(asking: Asking, iris: Path, told: dict[str, Any], words: str) -> None:
    request = asking.request(iris, {"model": "tree"}, task="multiclass", metric={"name": "accuracy"}, **told)
    with pytest.raises(InputError, match=words):
        run(request, asking.folder)


def test_a_split_by_groups_is_calibrated_by_groups(asking: Asking, cancer: Path) -> None:
    told = {"sides": {"group": ["cells"]}, "coverage": {"share": 0.5}}
    result = run(asking.request(cancer, {"model": "tree"}, **told), asking.folder)
    known = load(asking.folder).signature.coverage
    assert known is not None
    assert known.groups is not None
    assert known.groups < known.rows
    assert result.facts["coverage"]["groups"] < result.facts["coverage"]["rows"]
    assert f"in {known.groups} groups" in (asking.folder / "model-card.md").read_text()


def test_rows_that_are_split_by_their_content_are_groups_of_equal_ones(asking: Asking, cancer: Path) -> None:
    columns = {
        "id": [1, 2, 3, 4],
        "a": [1.0, 1.0, np.nan, np.nan],
        "b": ["x", "x", None, None],
        "y": [0.1, 0.2, 0.3, 0.4],
    }
    rows = examples(columns, identifier="id")
    by_content = asking.trial(cancer, target="y", sides={"content": True})
    assert groups_of(by_content, rows).tolist() == [0, 0, 1, 1]  # type: ignore[union-attr]
    by_group = asking.trial(cancer, target="y", sides={"group": ["a", "id"]})
    assert groups_of(by_group, rows).tolist() == [0, 1, 2, 3]  # type: ignore[union-attr]
    assert groups_of(asking.trial(cancer, target="y", sides={}), rows) is None
