"""What labels tell of training rows: by it a model learns better from annotators who err."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.label.labelling import settle
from runners.label.matching import Matched
from runners.label.parameters import Parameters
from runners.train.annotations import learned_from
from runners.train.command import fit as fit_own
from runners.train.estimators import Family
from runners.train.examples import Parts
from runners.train.families import FAMILIES
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.tabular import run
from tests.unit.runners.label.conftest import said
from tests.unit.runners.train import data
from tests.unit.runners.train.conftest import Asking

NONE: Mapping[str, Any] = {}
ROWS, NAMES = 1200, np.array(["calm", "mild", "wild"], object)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    """Return a dataset of points in three regions, labels of people, and the truth.

    Two of five answer for each point, of whom some are nearly always right, and others half of the time.
    """
    chance, folder = np.random.default_rng(4), tmp_path_factory.mktemp("noisy")
    points = chance.uniform(-1, 1, (ROWS, 3))
    truth = np.digitize(points @ np.array([1.0, 0.7, -0.5]), [-0.4, 0.4])
    is_right = chance.random((ROWS, 5)) < [0.97, 0.9, 0.55, 0.5, 0.5]
    others = (truth[:, None] + chance.integers(1, 3, (ROWS, 5))) % 3
    answers, asked = (
        np.where(is_right, truth[:, None], others),
        chance.permuted(np.tile(np.arange(5), (ROWS, 1)), axis=1),
    )
    given = {n: {"abcde"[who]: str(NAMES[answers[n, who]]) for who in asked[n, :2].tolist()} for n in range(ROWS)}
    dataset, labels = folder / "data", folder / "labels"
    for one in (dataset, labels):
        one.mkdir()
    data.leave_table(dataset, {**dict(zip("xyz", points.T, strict=True)), "id": np.arange(ROWS)}, "id")
    params = Parameters.model_validate({"exports": {"url": "x"}, "merge": "dawid-skene"})
    settle(params, Matched(said(given)), ROWS, labels)
    return dataset, labels, NAMES[truth]


Learn = Callable[..., tuple[Parts, Any]]


@pytest.fixture
def learn(asking: Asking, noisy: tuple[Path, Path, Any]) -> Learn:
    """Return what divides the rows as a trial does, and asks a model that learned from them."""

    def learned(model: str = "logistic", params: Mapping[str, Any] = NONE, **told: Any) -> tuple[Parts, Any]:
        inputs = {"labels": str(noisy[1])}
        usual = {"target": "label", "task": "multiclass", "metric": {"name": "accuracy"}}
        trial = asking.trial(noisy[0], {"model": model, **params}, inputs=inputs, **{**usual, **told})
        parts = learned_from(trial, split(read_table(trial), trial.told.split, trial.seed))
        return parts, Family(model)(trial, parts).expected

    return learned


@pytest.mark.parametrize("told", [{}, {"soft": True}, {"disputed": "drop"}, {"weigh": "confidence"}])
def test_whatever_is_learned_from_the_rows_to_judge_by_are_the_same(learn: Learn, told: dict[str, Any]) -> None:
    plain, _ = learn()
    parts, _ = learn(**told)
    for before, after in ((plain.test, parts.test), (plain.validation, parts.validation)):
        assert after.columns["id"].tolist() == before.columns["id"].tolist()
        assert after.truth.tolist() == before.truth.tolist()
        assert set(np.unique(after.truth)) == set(NAMES)
    assert len(parts.train) < len(plain.train) if told == {"disputed": "drop"} else len(parts.train) == len(plain.train)


@pytest.mark.parametrize("model", ["logistic", "gbm"])
def test_a_model_is_nearer_to_the_truth_without_doubtful_rows_or_where_these_count_less(
    learn: Learn, noisy: tuple[Path, Path, Any], model: str
) -> None:
    params = {"gbm": {"n_estimators": 60, "min_child_samples": 5}, "logistic": {}}[model]

    def away(**told: Any) -> float:
        """Return how far probabilities are from the truth, by Brier's score."""
        parts, answers = learn(model, params, **told)
        truth = noisy[2][parts.test.columns["id"]]
        return float(((answers - (truth[:, None] == NAMES[None, :])) ** 2).sum(axis=1).mean())

    plain = away()
    assert away(disputed="drop") < plain - 0.01
    assert away(weigh="confidence") < plain - 0.01


@pytest.mark.parametrize("model", ["logistic", "gbm", "forest"])
def test_by_soft_labels_a_model_is_as_unsure_as_the_annotators(learn: Learn, model: str) -> None:
    def away(**told: Any) -> float:
        """Return the cross-entropy of the test rows' distributions, which the model hasn't seen, with its answers."""
        parts, answers = learn(model, {"n_estimators": 20} if model != "logistic" else {}, **told)
        assert parts.test.annotations is not None
        chances = parts.test.annotations.chances
        return float(-(chances * np.log(np.clip(answers, 1e-3, 1))).sum(axis=1).mean())

    assert away(soft=True) < away()


def test_soft_labels_add_up_and_rows_in_dispute_are_gone(learn: Learn) -> None:
    parts, _ = learn(soft=True)
    assert parts.train.soft is not None
    assert parts.train.soft.sum(axis=1) == pytest.approx(np.ones(len(parts.train)))
    assert parts.train.annotations is not None
    assert parts.train.soft.max(axis=1) == pytest.approx(parts.train.annotations.confidence, abs=3e-3)
    assert (parts.train.soft.argmax(axis=1) == parts.train.codes).all()
    kept, _ = learn(disputed="drop", weigh="confidence")
    assert kept.train.annotations is not None
    assert kept.train.annotations.confidence.min() >= 0.7 > parts.train.annotations.confidence.min()
    assert kept.train.weights is not None
    assert kept.train.weights.mean() == pytest.approx(1)
    assert any("in dispute are left out" in note for note in kept.train.notes)


def test_a_model_of_duplicated_rows_has_the_least_cross_entropy_with_the_distributions(
    asking: Asking, noisy: tuple[Path, Path, Any]
) -> None:
    told = {
        "target": "label",
        "task": "multiclass",
        "metric": {"name": "accuracy"},
        "inputs": {"labels": str(noisy[1])},
    }

    def learned(**more: Any) -> float:
        trial = asking.trial(noisy[0], {"model": "logistic", "C": 1e4}, **told, **more)
        parts = split(read_table(trial), trial.told.split, trial.seed)
        annotations = parts.train.annotations
        assert annotations is not None
        assert annotations.chances is not None
        answers = Family("logistic")(trial, replace(parts, test=parts.train)).expected
        return float(-(annotations.chances * np.log(answers)).sum(axis=1).mean())

    assert learned(soft=True) < learned() - 1e-4


@pytest.mark.parametrize("model", sorted(name for name, one in FAMILIES.items() if "binary" in one.estimators))
def test_every_family_that_weighs_learns_softly(asking: Asking, noisy: tuple[Path, Path, Any], model: str) -> None:
    told = {"target": "label", "task": "multiclass", "metric": {"name": "accuracy"}, "soft": True}
    few = {"gbm": {"n_estimators": 10}, "forest": {"n_estimators": 10}, "mlp": {"max_iter": 20}}.get(model, {})
    result = run(
        asking.request(noisy[0], {"model": model, **few}, inputs={"labels": str(noisy[1])}, **told), asking.folder
    )
    assert result.accepted, result.violations


def test_a_network_learns_from_distributions(asking: Asking, album: Path, tmp_path: Path, torch: Any) -> None:
    from runners.train.torch_images import run as run_network

    ids = parquet.read_table(album / "manifest.parquet")["id"].to_pylist()
    digits = [str(one) for one in parquet.read_table(album / "manifest.parquet")["label"].to_pylist()]
    softly = [
        [{"label": digit, "chance": 0.5}, {"label": "0" if digit != "0" else "1", "chance": 0.5}] for digit in digits
    ]
    kind = pa.list_(pa.struct([("label", pa.string()), ("chance", pa.float64())]))
    table = {"id": ids, "label": digits, "confidence": [0.5] * len(ids), "disputed": [True] * len(ids)}
    parquet.write_table(pa.table({**table, "chances": pa.array(softly, kind)}), tmp_path / "labels.parquet")
    told = {"target": "label", "task": "multiclass", "metric": {"name": "accuracy"}, "soft": True}
    request = asking.request(
        album, {"epochs": 12, "size": 8, "channels": [8]}, inputs={"labels": str(tmp_path)}, **told
    )
    result = run_network(request, asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["log_loss"] > 0.5  # it has learned that half of the time another class is right


def test_what_labels_do_not_tell_is_asked_for_in_vain(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    ids = np.arange(1000, 1569)
    old = pa.table({"id": ids, "label": (ids % 2).astype(str).astype(object), "confidence": np.ones(len(ids))})
    parquet.write_table(old, tmp_path / "labels.parquet")
    inputs = {"labels": str(tmp_path)}
    for told in ({"soft": True}, {"disputed": "drop"}):
        with pytest.raises(InputError, match="labels don't tell") as caught:
            read_table(asking.trial(cancer, target="label", inputs=inputs, **told))
        assert "merged again" in caught.value.fix
        with pytest.raises(InputError, match="there are no labels"):
            read_table(asking.trial(cancer, **told))
    assert read_table(asking.trial(cancer, target="label", inputs=inputs)).soft is None


@pytest.mark.parametrize(
    ("places", "told"), [(slice(None), "rows to train on are in dispute"), (slice(0, None, 2), "class 0")]
)
def test_a_class_of_which_all_is_in_dispute_is_told(
    asking: Asking, cancer: Path, tmp_path: Path, places: Any, told: str
) -> None:
    ids = np.arange(1000, 1569)
    disputed = np.zeros(len(ids), np.bool_)
    disputed[places] = True
    table = {"id": ids, "label": (ids % 2).astype(str).astype(object), "confidence": np.ones(len(ids))}
    parquet.write_table(pa.table({**table, "disputed": disputed}), tmp_path / "labels.parquet")
    trial = asking.trial(cancer, target="label", disputed="drop", inputs={"labels": str(tmp_path)})
    with pytest.raises(InputError, match=told):
        learned_from(trial, split(read_table(trial), trial.told.split, trial.seed))


def test_own_code_finds_soft_labels_beside_its_rows(asking: Asking, noisy: tuple[Path, Path, Any]) -> None:
    code = (
        "import os, pandas as pd; rows = pd.read_parquet(os.environ['SETPOINT_TRAIN']); "
        "told = pd.read_parquet(os.environ['SETPOINT_LABELS']); "
        "best = told.filter(like='chance_').idxmax(axis=1).str.removeprefix('chance_'); "
        "assert (best == rows['label']).all() and len(told) == len(rows) and not told['disputed'].any(); "
        "assert (told['confidence'] == rows['confidence']).all(); raise SystemExit('all of it is there')"
    )
    told = {"target": "label", "task": "multiclass", "metric": {"name": "accuracy"}, "disputed": "drop"}
    trial = asking.trial(noisy[0], inputs={"labels": str(noisy[1])}, runner={"command": ["python", "-c", code]}, **told)
    parts = learned_from(trial, split(read_table(trial), trial.told.split, trial.seed))
    with pytest.raises(InputError, match="all of it is there"):
        fit_own(trial, parts)
