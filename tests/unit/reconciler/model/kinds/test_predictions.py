"""Predictions as a source of a dataset."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.datasets import Dataset

SOURCE = {"of": "datasets/loans", "by": "deployments/credit"}


def dataset(spec: dict[str, Any] | None = None, **told: Any) -> Dataset:
    return Dataset.model_validate({"source": {"predictions": {**SOURCE, **told}}, **(spec or {})})


def test_a_job_is_told_whose_rows_by_whose_model_and_what_is_kept() -> None:
    made = dataset(keep="id")
    assert made.ingest_params["source"] == {"predictions": {**SOURCE, "keep": ["id"]}}
    assert made.sources == {"rows": "datasets/loans"}
    assert (made.goes_on, made.grows_by_parts, made.is_album) == (True, True, False)


def test_it_refers_to_both_with_their_places() -> None:
    told = dict(dataset(by="experiments/credit").reference_fields())
    assert told[("source", "predictions", "of")] == "datasets/loans"
    assert told[("source", "predictions", "by")] == "experiments/credit"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"by": "datasets/loans"}, "by"),
        ({"by": "deployments/-x"}, "by"),
        ({"of": "labels/loans"}, "of"),
        ({"keep": ["id", "prediction"]}, "keep names prediction"),
        ({"keep": "model"}, "keep names model"),
        ({"keep": "probability_A"}, "keep names probability_A"),
        ({"rescore": "new"}, "rescore"),
        ({"spec": {"new_columns": "propose"}}, "its columns are told by what is kept and by the model"),
    ],
)
def test_one_that_can_not_be_is_refused(told: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        dataset(**told)
