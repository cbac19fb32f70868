"""Export: trees compare the same here and there, down to the last bit of a number."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightgbm import LGBMClassifier
from sklearn.pipeline import Pipeline

from runners.train.families import choose_family
from runners.train.onnx_export import floor32, to_onnx
from runners.train.preparation import pipeline_for, table_of
from tests.unit.runners.train.rows import examples

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[4]
SMALL = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(number=SMALL, threshold=st.floats(-1e30, 1e30))
def test_rounding_down_changes_no_comparison(number: float, threshold: float) -> None:
    assert (number <= threshold) == (number <= float(floor32(np.array([threshold]))[0]))


@given(number=SMALL)
def test_a_number_of_32_bits_stays_as_it_is(number: float) -> None:
    assert floor32(np.array([number]))[0] == np.float32(number)


def neighbours() -> np.ndarray:
    """Return numbers of 32 bits that are next to each other: between two of them lies no third."""
    start = np.array([0.1, 1.7, 33.3, 4096.1], np.float32).view(np.int32)
    return (start[:, None] + np.arange(50)).astype(np.int32).view(np.float32).ravel()


def test_boosted_trees_tell_neighbouring_numbers_apart_as_before() -> None:
    values = neighbours()
    rows = examples({"x": values.astype(float), "y": ["n" if i % 2 else "y" for i in range(len(values))]})
    model = LGBMClassifier(n_estimators=20, min_child_samples=1, min_data_in_bin=1, max_bin=500, verbose=-1, n_jobs=1)
    pipeline = pipeline_for(choose_family({}, "gbm", "binary", 0, 1), rows)
    pipeline = Pipeline([*pipeline.steps[:-1], ("model", model)])
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(table_of(rows), rows.codes)
        expected = pipeline.predict_proba(table_of(rows))
    content, tensors = to_onnx(pipeline, rows)
    session = onnxruntime.InferenceSession(content)
    answered = session.run(["probabilities"], {tensors[0].name: values.reshape(-1, 1)})[0]
    assert np.ptp(expected[:, 1]) > 0.2
    assert answered == pytest.approx(expected, abs=1e-6)


def test_inputs_are_named_after_their_columns() -> None:
    rows = examples(
        {"a b": [1.0, 2.0] * 5, "a_b": [1, 2] * 5, "t": ["x", None] * 5, "f": [True, False] * 5, "y": ["n", "y"] * 5}
    )
    pipeline = pipeline_for(choose_family({"model": "tree"}, "gbm", "binary", 0, 1), rows)
    _, tensors = to_onnx(pipeline.fit(table_of(rows), rows.codes), rows)
    assert [tensor.columns for tensor in tensors] == [("a b",), ("a_b",), ("t",), ("f",)]
    assert [tensor.datatype for tensor in tensors] == ["FP32", "INT64", "BYTES", "INT64"]
    assert len({tensor.name for tensor in tensors}) == 4


EXPORT = """
import hashlib
from runners.train.families import choose_family
from runners.train.onnx_export import to_onnx
from runners.train.preparation import pipeline_for, table_of
from tests.unit.runners.train.rows import examples

rows = examples({"a": [1.0, 2.0] * 9, "t": ["x", None, "z"] * 6, "f": [True, False] * 9, "y": ["n", "y", "n"] * 6})
for name in ("logistic", "tree", "gbm"):
    fitted = pipeline_for(choose_family({"model": name}, "gbm", "binary", 0, 1), rows).fit(table_of(rows), rows.codes)
    print(name, hashlib.sha256(to_onnx(fitted, rows)[0]).hexdigest())
"""


def test_every_process_writes_the_same_bytes() -> None:
    """A model is known by the digest of its file: an equal trial that is made again is the same model."""
    told = {exported(hash_seed) for hash_seed in range(4)}
    assert len(told) == 1, "\n".join(sorted(told))


def exported(hash_seed: int) -> str:
    """Return the digests of some models, made by a process with another order of sets."""
    line = [sys.executable, "-W", "ignore", "-c", EXPORT]
    environ = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout
