"""Preparation: what happens to columns before an estimator sees them; it becomes part of the exported model.

Numbers are those of 32 bits that a server will get, so that nothing differs by rounding between here and there. A
missing number becomes the median of the training rows, a missing text a category of its own. Categories that weren't
seen, and those beyond the most frequent, count as none of them.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from runners.models.columns import column
from runners.train.examples import Array, Examples
from runners.train.families import Chosen, Encoding

MOST_CATEGORIES = 100
"""Categories of a column that are told apart, the most frequent."""
UNSEEN = -1


def pipeline_for(chosen: Chosen, train: Examples) -> Any:
    """Return the preparation and the estimator as one scikit-learn pipeline, not yet fitted."""
    if train.image:
        return Pipeline([("model", chosen.estimator)])
    texts = [feature.name for feature in train.features if feature.datatype == "BYTES"]
    numbers = [feature.name for feature in train.features if feature.datatype != "BYTES"]
    parts = [("numbers", _for_numbers(chosen.encoding), numbers)] if numbers else []
    parts += [("texts", _for_texts(chosen.encoding, train, texts), texts)] if texts else []
    return Pipeline([("prepare", ColumnTransformer(parts)), ("model", chosen.estimator)])


def table_of(examples: Examples) -> Any:
    """Return what the pipeline takes: a table of the features, or the matrix of the pictures [N, values]."""
    if examples.image:
        return examples.inputs[examples.features[0].name]
    return pd.DataFrame({f.name: _as_served(f.name, examples.inputs[f.name], f.datatype) for f in examples.features})


def _as_served(name: str, values: Array, datatype: str) -> Array:
    served = column(name, values, datatype)
    return served if datatype == "BYTES" else served.astype(np.float32)


def _for_numbers(encoding: Encoding) -> Any:
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    return Pipeline([("fill", fill), ("scale", StandardScaler())]) if encoding == "one-hot" else fill


def _for_texts(encoding: Encoding, train: Examples, names: list[str]) -> Any:
    known = [categories_of(column(name, train.columns[name], "BYTES")) for name in names]
    if encoding == "one-hot":
        return OneHotEncoder(categories=known, handle_unknown="ignore", dtype=np.float32)
    return OrdinalEncoder(categories=known, handle_unknown="use_encoded_value", unknown_value=UNSEEN, dtype=np.float32)


def categories_of(texts: Array) -> Array:
    """Return the most frequent texts of a column, numbers by their size and before the others."""
    codes, found = pd.factorize(texts)
    frequent = np.argsort(-np.bincount(codes), kind="stable")[:MOST_CATEGORIES]
    numbers = pd.to_numeric(pd.Series(found[frequent]), errors="coerce").to_numpy()
    keys = zip(np.isnan(numbers).tolist(), np.nan_to_num(numbers).tolist(), found[frequent].tolist(), strict=True)
    return np.array([text for _, _, text in sorted(keys)], np.object_)
