"""The runner `images`: scikit-learn and LightGBM on the pixels of small pictures, exported to ONNX.

`params.model` is one of the families in `families.py`, `params.size` the pixels a side (unset, the pictures' own, up to
32), `params.colour` whether colours count; the other parameters are the estimator's own.
"""

from pathlib import Path

from runners.contract import Request, Result
from runners.train.albums import read_album
from runners.train.estimators import Family
from runners.train.pipeline import train

USUAL = "logistic"
READING = frozenset({"size", "colour"})
"""Parameters that say how pictures are read."""


def run(request: Request, folder: Path) -> Result:
    """Train on the pictures of the input `dataset`, with the labels of the input `labels` where there is one.

    Raises:
        InputError: the data or the parameters don't do.
    """
    return train(request, folder, read_album, Family(USUAL, READING))
