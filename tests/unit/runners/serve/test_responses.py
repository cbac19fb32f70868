"""Predictions become answers of either version."""

import numpy as np
import pytest

from runners.models import ModelInputError, Prediction
from runners.serve.responses import Output, as_outputs, as_predictions, datatype_of
from tests.unit.runners.serve.tiny import signature

BINARY = Prediction(np.array([0, 1]), probability=np.array([0.25, 0.75]))
SEVERAL = Prediction(np.array(["a", "b"], np.object_), probabilities=np.array([[0.9, 0.1], [0.2, 0.8]]))


def test_version_1_answers_lists_by_row() -> None:
    assert as_predictions(BINARY) == {"predictions": [0, 1], "predicted_probability": [0.25, 0.75]}
    assert as_predictions(SEVERAL) == {"predictions": ["a", "b"], "probabilities": [[0.9, 0.1], [0.2, 0.8]]}


def test_version_2_answers_tensors_as_the_signature_says() -> None:
    assert as_outputs(BINARY, signature()) == (
        Output("prediction", "INT64", [2, 1], [0, 1]),
        Output("predicted_probability", "FP64", [2, 1], [0.25, 0.75]),
    )


def test_what_the_signature_doesn_t_name_is_told_by_its_array() -> None:
    outputs = {output.name: output for output in as_outputs(SEVERAL, signature(outputs=()))}
    assert outputs["prediction"] == Output("prediction", "BYTES", [2], ["a", "b"])
    assert outputs["probabilities"] == Output("probabilities", "FP64", [2, 2], [0.9, 0.1, 0.2, 0.8])


def test_only_what_was_asked_for_is_answered() -> None:
    assert [output.name for output in as_outputs(BINARY, signature(), ["predicted_probability"])] == [
        "predicted_probability"
    ]
    with pytest.raises(ModelInputError, match="no output score: the model answers prediction, predicted_probability"):
        as_outputs(BINARY, signature(), ["score"])


@pytest.mark.parametrize(
    ("dtype", "word"),
    [
        ("float32", "FP32"),
        ("float64", "FP64"),
        ("int64", "INT64"),
        ("bool", "BOOL"),
        ("object", "BYTES"),
        ("U3", "BYTES"),
    ],
)
def test_every_type_has_a_word(dtype: str, word: str) -> None:
    assert datatype_of(np.zeros(1, dtype)) == word
