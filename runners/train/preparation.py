"""Preparation: what happens to columns before an estimator sees them; it becomes part of the exported model.

Numbers are narrowed to 32 bits as a server does it (`narrowing.py`), so that nothing differs by rounding between here
and there. A missing number becomes the median of the training rows, a missing text a category of its own. Categories
that weren't seen, and those beyond the most frequent, count as none of them.
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
from runners.train.narrowing import Narrow, name_of

MOST_CATEGORIES = 100
"""Categories of a column that are told apart, the most frequent."""
UNSEEN = -1


def pipeline_for(chosen: Chosen, train: Examples) -> Any:
    """Return the preparation and the estimator as one scikit-learn pipeline, not yet fitted."""
    if train.image:
        return Pipeline([("model", chosen.estimator)])
    named = {name_of(place): feature for place, feature in enumerate(train.features)}
    texts = [name for name, feature in named.items() if feature.datatype == "BYTES"]
    numbers = [name for name in named if name not in texts]
    parts = [("numbers", _for_numbers(chosen.encoding), numbers)] if numbers else []
    known = [train.columns[named[name].name] for name in texts]
    parts += [("texts", _for_texts(chosen.encoding, known), texts)] if texts else []
    return Pipeline([("narrow", Narrow()), ("prepare", ColumnTransformer(parts)), ("model", chosen.estimator)])


def table_of(examples: Examples) -> Any:
    """Return what the pipeline takes: a table of the features as served, or the matrix of pictures [N, values]."""
    if examples.image:
        return examples.inputs[examples.features[0].name]
    return pd.DataFrame({f.name: column(f.name, examples.inputs[f.name], f.datatype) for f in examples.features})


def _for_numbers(encoding: Encoding) -> Any:
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    return Pipeline([("fill", fill), ("scale", StandardScaler())]) if encoding == "one-hot" else fill


def _for_texts(encoding: Encoding, columns: list[Array]) -> Any:
    known = [categories_of(column("", values, "BYTES")) for values in columns]
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
