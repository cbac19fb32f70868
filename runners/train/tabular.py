"""The runner `tabular`: scikit-learn and LightGBM on rows, exported to ONNX.

`params.model` is one of the families in `families.py`; the other parameters are the estimator's own.
"""

from pathlib import Path

from runners.contract import Request, Result
from runners.train.estimators import Family
from runners.train.pipeline import train
from runners.train.reading import read_table

USUAL = "gbm"


def run(request: Request, folder: Path) -> Result:
    """Train on the table of the input `dataset`, with the labels of the input `labels` where there is one.

    Raises:
        InputError: the data or the parameters don't do.
    """
    return train(request, folder, read_table, Family(USUAL))
