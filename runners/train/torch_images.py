"""The runner `torch-images`: a small convolutional network on pictures, by PyTorch, on a GPU where there is one.

It leaves `model.onnx`, which is served without PyTorch, and beside it `weights.safetensors` with `architecture.json`.
Parameters: those of `NetworkParams`, and `size` and `colour`, by which pictures are read. A job that was killed goes on
from the last epoch in `checkpoint/`.
"""

from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationError

from runners.contract import InputError, Request, Result
from runners.contract.mistakes import said
from runners.contract.text import dotted
from runners.train.albums import read_album
from runners.train.examples import Parts
from runners.train.fitted import Fitted
from runners.train.images import READING
from runners.train.nearest import did_you_mean
from runners.train.network_params import NetworkParams
from runners.train.pipeline import train
from runners.train.trial import Trial

INSTALL = "pip install 'setpoint[torch]' where the pool's jobs run"


def run(request: Request, folder: Path) -> Result:
    """Train on the pictures of the input `dataset`, with the labels of the input `labels` where there is one.

    Raises:
        InputError: PyTorch isn't installed, or the data or the parameters don't do.
    """
    check_installed("torch")
    return train(request, folder, read_album, fit)


def check_installed(package: str) -> None:
    """Refuse to go on without a package.

    Raises:
        InputError: it isn't installed; says how to get it.
    """
    if find_spec(package) is None:
        raise InputError(f"the runner torch-images needs {package}, which isn't installed here", "runner", INSTALL)


def fit(trial: Trial, parts: Parts) -> Fitted:
    """Fit the network that a trial describes.

    Raises:
        InputError: a parameter isn't known, or has a value that makes no sense.
    """
    params = network_params(trial)
    from runners.train.network import fit_network

    return fit_network(trial, parts, params)


def network_params(trial: Trial) -> NetworkParams:
    """Read the network's parameters.

    Raises:
        InputError: one isn't known, or has a value that makes no sense.
    """
    own = {key: value for key, value in trial.params.items() if key not in READING}
    for key in own:
        if key not in NetworkParams.model_fields:
            hint = did_you_mean(key, {*NetworkParams.model_fields, *READING})
            raise InputError(f"torch-images has no parameter {key}", f"params.{key}", hint)
    try:
        return NetworkParams.model_validate(own)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = dotted(("params", *first["loc"]))
        raise InputError(f"{where}: {said(first)[0]}", where) from error
