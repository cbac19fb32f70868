"""Labels beside a dataset."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.train.estimators import Family
from runners.train.families import FAMILIES
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.tabular import run
from tests.unit.runners.train.conftest import Asking

IDS = np.arange(1000, 1569)


def write_labels(folder: Path, **columns: Any) -> dict[str, str]:
    """Write labels of all rows; return the inputs that name them."""
    folder.mkdir(exist_ok=True)
    parquet.write_table(pa.table({"id": IDS, **columns}), folder / "labels.parquet")
    return {"labels": str(folder)}


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, str]:
    """Return sets of labels, of which `odd` is said of every second row, and of every tenth row nothing is known."""
    lists = [None if n % 10 == 0 else ["odd", "row"] if n % 2 else ["row"] for n in IDS.tolist()]
    return write_labels(
        tmp_path / "labels", labels=pa.array(lists, pa.list_(pa.string())), confidence=np.full(len(IDS), 0.8)
    )


def test_one_label_of_sets_is_a_target_of_truths(asking: Asking, cancer: Path, sets: dict[str, str]) -> None:
    known = read_table(asking.trial(cancer, target="labels.odd", inputs=sets))
    assert known.classes == (False, True)
    assert "57 rows without labels.odd" in known.notes
    assert known.truth.tolist() == [bool(n % 2) for n in known.columns["id"].tolist()]
    assert not {"labels.odd", "labels.row", "confidence"} & {feature.name for feature in known.features}


@pytest.mark.parametrize(
    ("target", "told", "fix"),
    [
        ("labels", "the labels are sets", "say task: multilabel, or predict whether one is among them: labels.odd"),
        ("labels.od", "no set of labels has labels.od", "labels.odd"),
        ("label", "the data has no column label", ""),
    ],
)
def test_what_is_no_label_of_the_sets_is_told(
    asking: Asking, cancer: Path, sets: dict[str, str], target: str, told: str, fix: str
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        read_table(asking.trial(cancer, target=target, inputs=sets))
    assert fix in caught.value.fix


def test_regions_are_no_target(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    inputs = write_labels(tmp_path / "l", regions=pa.array([[]] * len(IDS), pa.list_(pa.string())))
    with pytest.raises(InputError, match="the labels are regions"):
        read_table(asking.trial(cancer, target="label", inputs=inputs))


def test_a_model_of_one_label_is_trained(asking: Asking, cancer: Path, sets: dict[str, str]) -> None:
    request = asking.request(cancer, {"model": "tree"}, target="labels.odd", inputs=sets)
    result = run(request, asking.folder)
    assert result.accepted
    assert result.facts["signature"]["classes"] == [False, True]


def test_rows_count_by_their_confidence_and_by_one_on_average(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    sure = np.where(IDS % 2 == 0, 0.5, 1.0)
    inputs = write_labels(tmp_path / "l", label=np.where(IDS % 3 == 0, "x", "y").astype(object), confidence=sure)
    known = read_table(asking.trial(cancer, target="label", inputs=inputs, weigh="confidence"))
    assert known.weights is not None
    assert known.weights.mean() == pytest.approx(1)
    assert known.weights[1] / known.weights[0] == pytest.approx(2)
    assert known.take(np.array([1])).weights == pytest.approx(known.weights[1])
    assert read_table(asking.trial(cancer, target="label", inputs=inputs)).weights is None


def test_without_labels_nothing_can_be_weighed(asking: Asking, cancer: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are none"):
        read_table(asking.trial(cancer, weigh="confidence"))
    inputs = write_labels(tmp_path / "l", label=(IDS % 2).astype(str).astype(object), confidence=np.zeros(len(IDS)))
    with pytest.raises(InputError, match="no row would count"):
        read_table(asking.trial(cancer, target="label", inputs=inputs, weigh="confidence"))


@pytest.mark.parametrize("model", sorted(name for name, family in FAMILIES.items() if "binary" in family.estimators))
def test_rows_that_hardly_count_teach_hardly_anything(asking: Asking, cancer: Path, tmp_path: Path, model: str) -> None:
    truth = np.array([str(one) for one in parquet.read_table(cancer / "data.parquet")["target"].to_pylist()], object)
    names = sorted(set(truth))
    is_wrong = np.random.default_rng(1).random(len(truth)) < 0.6
    said = np.where(is_wrong, np.where(truth == names[0], names[1], names[0]), truth)
    inputs = write_labels(tmp_path / "l", label=said, confidence=np.where(is_wrong, 1e-4, 1.0))

    def right(**told: Any) -> float:
        trial = asking.trial(cancer, {"model": model}, target="label", inputs=inputs, exclude=["target"], **told)
        parts = split(read_table(trial), trial.told.split, trial.seed)
        answers = Family("gbm")(trial, parts).expected
        assert answers is not None
        told_of = np.array(names, object)[answers.argmax(axis=1)]
        return float((told_of == parts.test.columns["target"].astype(str)).mean())

    assert right(weigh="confidence") > right() + 0.1
