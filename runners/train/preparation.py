"""Preparation: what happens to columns before an estimator sees them; it becomes part of the exported model.

Numbers are narrowed to 32 bits as a server does it (`narrowing.py`), so that nothing differs by rounding between here
and there. A missing number becomes the median of the training rows, a missing text a category of its own. Categories
that weren't seen, and those beyond the most frequent, count as none of them.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from runners.models.columns import column
from runners.train.examples import Array, Examples
from runners.train.families import Chosen, Encoding
from runners.train.narrowing import merged, narrowing_of

MOST_CATEGORIES = 100
"""Categories of a column that are told apart, the most frequent."""
UNSEEN = -1


class Narrow(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The first step of a pipeline: a table as it is served becomes one of texts and numbers of 32 bits.

    Its columns are named by their places: a column of the data may have any name.
    """

    def fit(self, table: Any, _: Any = None) -> "Narrow":
        """Find the narrowing of each column of numbers; None stands for one of texts."""
        columns = [table.iloc[:, place].to_numpy() for place in range(table.shape[1])]
        self.narrowings_ = [None if values.dtype.kind == "O" else narrowing_of(values) for values in columns]
        return self

    def transform(self, table: Any) -> Any:
        """Narrow every column."""
        columns = [table.iloc[:, place].to_numpy() for place in range(table.shape[1])]
        pairs = zip(self.narrowings_, columns, strict=True)
        narrowed = [values if how is None else how.narrow(values) for how, values in pairs]
        return pd.DataFrame({name_of(place): values for place, values in enumerate(narrowed)})

    def notes(self, table: Any) -> list[str]:
        """Name the columns of which many values are the same to a model."""
        numbers = [(place, how) for place, how in enumerate(self.narrowings_) if how is not None]
        found = [(table.columns[place], merged(table.iloc[:, place].to_numpy(), how)) for place, how in numbers]
        return [f"{name}: {what}" for name, what in found if what]


def name_of(place: int) -> str:
    """Return what the column at a place is called within a pipeline."""
    return f"c{place}"


def pipeline_for(chosen: Chosen, train: Examples) -> Any:
    """Return the preparation and the estimator as one scikit-learn pipeline, not yet fitted."""
    if train.is_matrix:
        return Pipeline([("model", chosen.estimator)])
    named = {name_of(place): feature for place, feature in enumerate(train.features)}
    texts = [name for name, feature in named.items() if feature.datatype == "BYTES"]
    numbers = [name for name in named if name not in texts]
    parts = [("numbers", _for_numbers(chosen.encoding), numbers)] if numbers else []
    known = [train.columns[named[name].name] for name in texts]
    parts += [("texts", _for_texts(chosen.encoding, known), texts)] if texts else []
    return Pipeline([("narrow", Narrow()), ("prepare", ColumnTransformer(parts)), ("model", chosen.estimator)])


def table_of(examples: Examples) -> Any:
    """Return what the pipeline takes: a table of the features as served, or a matrix [N, values]."""
    if examples.is_matrix:
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
