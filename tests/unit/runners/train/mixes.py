"""Mixes: tables of any columns with any target, and how far what is served is from the library that trained it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from runners.contract import Request
from runners.evaluate.tables import Columns, read_parquet, write_parquet
from runners.train.acceptance import accept, ask, differences
from runners.train.estimators import Family
from runners.train.reading import examples_of
from runners.train.split import split
from runners.train.trial import trial_of

Array = np.ndarray[Any, Any]
ROWS = 48
COLUMNS: Mapping[str, Callable[[np.random.Generator], Array]] = {
    "integer": lambda some: some.integers(-9, 9, ROWS),
    "year": lambda some: some.integers(2021, 2024, ROWS),
    "seconds": lambda some: 1_700_000_000 + 7 * some.permutation(ROWS),
    "beyond 24 bits": lambda some: 2**24 + some.integers(0, 9, ROWS),
    "beyond 53 bits": lambda some: 2**53 + some.permutation(ROWS),
    "nearly 63 bits": lambda some: 2**63 - 1 - some.permutation(ROWS),
    "of any size": lambda some: some.integers(-(2**63), 2**63 - 1, ROWS),
    "nullable integer": lambda some: _with_gaps(some, some.integers(0, 9, ROWS)),
    "nullable key": lambda some: _with_gaps(some, 2**53 + 2 * some.permutation(ROWS)),
    "number": lambda some: some.normal(0, 3, ROWS),
    "nullable number": lambda some: _with_gaps(some, some.normal(0, 3, ROWS)),
    "moment": lambda some: 1.7e9 + 0.25 * some.permutation(ROWS),
    "skewed": lambda some: some.lognormal(0, 6, ROWS),
    "huge": lambda some: 1e300 * some.random(ROWS),
    "tiny": lambda some: 1e-300 * some.random(ROWS),
    "sentinel": lambda some: np.where(some.random(ROWS) < 0.1, -1.7e308, some.normal(0, 1, ROWS)),
    "infinite": lambda some: np.where(some.random(ROWS) < 0.2, np.inf, some.normal(0, 1, ROWS)),
    "truth": lambda some: some.random(ROWS) < 0.5,
    "nullable truth": lambda some: _with_gaps(some, some.random(ROWS) < 0.5),
    "category": lambda some: _texts(some, "north", "south", "süd", "數量"),
    "nullable category": lambda some: _texts(some, "a", None, "", " ", "end\0"),
    "numeric category": lambda some: _texts(some, "1", "10", "9", "-0.5"),
    "text": lambda some: np.array([f"text {n} \N{SNOWMAN}" for n in some.permutation(ROWS)], object),
    "constant": lambda some: np.full(ROWS, 7),
    "constant number": lambda some: np.full(ROWS, 0.1),
    "constant text": lambda some: np.full(ROWS, "same", object),
    "nothing": lambda some: np.full(ROWS, np.nan),
    "no text": lambda some: np.full(ROWS, None, object),
    "datetime": lambda some: np.array(some.integers(0, 2**50, ROWS), "datetime64[us]"),
}
"""What a column may hold."""
NAMES = (
    "a",
    "a b",
    "a_b",
    "a.b",
    "größe [m²]",
    '{"k": 1}',
    "數量",
    "label",
    "probabilities",
    "variable",
    "c0",
    "c1",
    "",
)
TARGETS: Mapping[str, tuple[str, Callable[[Array], Array]]] = {
    "text": ("binary", lambda score: np.where(score > 0, "yes", "no").astype(object)),
    "truth": ("binary", lambda score: score > 0),
    "number": ("binary", lambda score: (score > 0).astype(np.int64)),
    "classes": ("multiclass", lambda score: np.array(["c", "a", "b"], object)[np.digitize(score, [-0.4, 0.4])]),
    "large numbers": ("multiclass", lambda score: 2**53 + np.digitize(score, [-0.4, 0.4])),
    "value": ("regression", lambda score: score * 3),
    "moment": ("regression", lambda score: 1.7e9 + 100 * score),
    "whole": ("regression", lambda score: 20_240_000 + np.round(score * 9).astype(np.int64)),
    "small": ("regression", lambda score: score * 1e-6),
    "large": ("regression", lambda score: score * 1e200),
}
"""What is predicted: its task, and the target by what the first column of numbers says."""
CLASSIFIERS = ("logistic", "steps", "gbm", "forest", "tree", "mlp")
REGRESSORS = ("linear", "gbm", "forest", "tree", "mlp")
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "steps": {"model": "logistic", "learning_rate": 0.05},
    "gbm": {"n_estimators": 4, "min_child_samples": 2},
    "forest": {"n_estimators": 3},
    "mlp": {"hidden_layer_sizes": [3], "max_iter": 20},
}


def _with_gaps(some: np.random.Generator, values: Array) -> Array:
    return np.where(some.random(ROWS) < 0.2, np.nan, values.astype(np.float64))


def _texts(some: np.random.Generator, *known: str | None) -> Array:
    return np.array(known, object)[some.integers(0, len(known), ROWS)]


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[str], str, str, int]:
    """Draw the kinds of columns, a target, a family for its task, and a seed of the values."""
    kinds = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=6))
    target = draw(st.sampled_from(list(TARGETS)))
    families = REGRESSORS if TARGETS[target][0] == "regression" else CLASSIFIERS
    return kinds, target, draw(st.sampled_from(families)), draw(st.integers(0, 2**32))


def mixed(kinds: list[str], target: str, seed: int) -> Columns:
    """Return such a table: a column of each kind, one from which the target follows, and the target."""
    some = np.random.default_rng(seed)
    score = np.tile([-0.9, -0.5, -0.1, 0.1, 0.5, 0.9], ROWS // 6) + some.normal(0, 0.03, ROWS)
    columns = {name: COLUMNS[kind](some) for name, kind in zip(NAMES, kinds, strict=False)}
    return {**columns, "score": score, "target": TARGETS[target][1](score)}


def error_of(columns: Columns, target: str, family: str, folder: Path) -> float:
    """Train on a table as a job does, ask the model as a client does, and return the largest error of its answers.

    An error is told in shares of what there is to tell apart: probabilities, or how far numbers are from their mean.
    """
    write_parquet(columns, folder / "data.parquet")
    params = {"model": family, **PARAMS.get(family, {})}
    told = {"target": "target", "task": TARGETS[target][0], "params": params}
    metric = {"name": "rmse", "goal": "minimize"} if told["task"] == "regression" else {"name": "accuracy"}
    request = Request(
        run="experiments/mix/0123456789ab",
        runner="tabular",
        params={**told, "metric": metric},
        inputs={"dataset": folder.as_uri()},
        output=folder.as_uri(),
    )
    trial = trial_of(request, folder)
    known = examples_of(trial, read_parquet(folder / "data.parquet"), None)
    parts = split(known, trial.told.split, 0)
    fitted = Family("gbm")(trial, parts)
    model = accept(trial, fitted, known)
    assert differences(ask(model, parts.test), fitted) == ()
    served = model.predict({name: _as_json(parts.test.columns[name]) for name in model.signature.columns})
    expected = np.asarray(fitted.expected)
    if served.probability is not None:
        return float(np.abs(served.probability - expected[:, 1]).max())
    if served.probabilities is not None:
        return float(np.abs(served.probabilities - expected).max())
    spread = np.std(np.asarray(known.truth, np.float64))
    return float((np.abs(served.prediction - expected) / (spread + np.abs(expected - known.truth.mean()))).max())


def _as_json(values: Array) -> list[Any]:
    """Return what a client sends: JSON has no NaN."""
    listed = [None if isinstance(value, float) and np.isnan(value) else value for value in values.tolist()]
    return list(json.loads(json.dumps(listed, allow_nan=False)))
