"""The reference: the test rows with outcomes and predictions, against which the traffic is held later.

It keeps all columns of the data, not only the features: a later model may be compared on them by other columns.
"""

import numpy as np

from runners.evaluate.tables import Columns, write_parquet
from runners.train.features import ANSWERS
from runners.train.trained import Trained

FILE = "reference.parquet"
OF_CLASS = "probability_"


def write_reference(trained: Trained) -> None:
    """Write `reference.parquet`."""
    write_parquet(reference_of(trained), trained.trial.folder / FILE)


def reference_of(trained: Trained) -> Columns:
    """Return the data's columns, the target as it was learned, `prediction`, and the probabilities.

    These are `predicted_probability` of a binary model, or `probability_<class>` for each class of several.
    """
    test, prediction = trained.parts.test, trained.prediction
    columns = {name: values for name, values in test.columns.items() if name not in ANSWERS}
    columns[trained.trial.told.target] = test.truth
    columns["prediction"] = prediction.prediction
    if prediction.probability is not None:
        columns["predicted_probability"] = prediction.probability
    if prediction.probabilities is not None:
        each = np.asarray(prediction.probabilities).T
        columns |= {f"{OF_CLASS}{name}": values for name, values in zip(test.classes, each, strict=True)}
    return columns
