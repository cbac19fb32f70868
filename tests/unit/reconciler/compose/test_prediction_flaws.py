"""What is wrong with predictions, by the rows that are scored and the models that score them."""

from typing import Any

import pytest

from tests.unit.reconciler.compose.agreeing import COLUMNS, SPECS, problems, repository
from tests.unit.reconciler.compose.samples import desired

NEW = {"source": {"files": {"url": "new.csv", "format": "csv"}}, "columns": COLUMNS}


def scored(rows: dict[str, Any] | None = None, spec: dict[str, Any] | None = None, **told: Any) -> dict[str, Any]:
    """Return the specs of new rows and of predictions of them."""
    source = {"of": "datasets/new", "by": "deployments/api", "keep": ["id"], **told}
    predictions = {"source": {"predictions": source}, **(spec or {})}
    return {"datasets__new": {**NEW, **(rows or {})}, "datasets__scored": predictions}


def without(*names: str) -> dict[str, Any]:
    return {"columns": {name: told for name, told in COLUMNS.items() if name not in names}}


def test_rows_that_have_all_that_the_model_needs_agree() -> None:
    assert problems(**scored()) == []
    assert problems(**scored(without("paid", "region", "day"))) == [], "they are no features"
    assert problems(**scored({"columns": None})) == [], "nobody says which columns they have"


SECRET = {"id": {"type": "number", "sensitive": True}}
WRONG = [
    (scored(without("income")), "of", "datasets/new has no column `income`, which the models of experiments/score"),
    (scored(without("income"), by="experiments/score"), "of", "has no column `income`"),
    (scored(without("age", "income")), "of", "has no column `age`, `income`"),
    (scored(keep=["id", "regoin"]), "keep[1]", "datasets/new has no column `regoin`"),
    (scored({"columns": {**COLUMNS, **SECRET}}), "keep[0]", "`id` of datasets/new is sensitive"),
    (
        scored({"source": {"files": {"url": "p", "format": "images"}}, "columns": None}),
        "of",
        "datasets/new holds files, and models are put to rows",
    ),
]


@pytest.mark.parametrize(("specs", "field", "what"), WRONG)
def test_what_disagrees_is_told_with_its_place(specs: dict[str, Any], field: str, what: str) -> None:
    found = desired(repository(**specs))
    (problem,) = found.all_problems()
    assert (problem.file, problem.path) == ("specs/datasets/scored.yaml", f"source.predictions.{field}")
    assert what in problem.message
    assert problem.line >= 2
    assert "datasets/scored" not in found.resources


def test_a_secret_that_is_kept_as_one_agrees() -> None:
    answers = {"prediction": {"type": "number"}, "model": {"type": "string"}}
    assert problems(**scored({"columns": {**COLUMNS, **SECRET}}, {"columns": {**SECRET, **answers}})) == []


OPEN = {name: told for name, told in SPECS["experiments/score"].items() if name != "features"}


@pytest.mark.parametrize(
    ("lacking", "change", "is_told"),
    [
        ("region", {}, True),
        ("id", {}, False),
        ("paid", {}, False),
        ("region", {"exclude": ["region"]}, False),
        ("region", {"preparations": {"region": [{"drop": True}]}}, False),
        ("region", {"runner": {"module": "own.train"}}, False),
    ],
)
def test_an_experiment_without_features_needs_all_columns_without_a_role(
    lacking: str, change: dict[str, Any], is_told: bool
) -> None:
    specs = scored(without(lacking), keep=[])
    told = problems(**specs, experiments__score={"features": None, **change})
    assert bool(told) == is_told, told


def test_a_model_of_pictures_is_refused() -> None:
    pictures = {"source": {"files": {"url": "p", "format": "images", "label_from": "folder"}}, "columns": None}
    digits = {"dataset": "datasets/pictures", "target": "label", "runner": "images", "metric": {"name": "accuracy"}}
    specs = scored(by="experiments/digits")
    (told,) = problems(**specs, datasets__pictures=pictures, experiments__digits={**digits, "task": "multiclass"})
    assert "source.predictions.by: the models of experiments/digits learn from files" in told


def test_moments_are_features_where_they_are_prepared() -> None:
    day = {"columns": {**COLUMNS, "day": {"type": "datetime"}}}
    specs = {**scored(without("day")), "datasets__loans": day}
    assert problems(**specs, experiments__score={"features": None}) == []
    steps = {"day": [{"datetime": {"parts": ["year"]}}]}
    (told,) = problems(**specs, experiments__score={"features": None, "preparations": steps})
    assert "`day`" in told


def test_a_model_that_learns_from_what_it_says_goes_round_in_a_circle() -> None:
    specs = scored(of="datasets/loans", by="experiments/score")
    del specs["datasets__new"]
    found = problems(**specs, experiments__score={"dataset": "datasets/scored", "features": None, "slices": [],
                                                  "split": {}})  # fmt: skip
    assert any("go round in a circle" in line and "datasets/scored" in line for line in found)
