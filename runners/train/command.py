"""The runner `command`: the user's own command or module trains, everything around it is as for the other runners.

What the code finds, and what it is to leave, is told in `scratch.py`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from runners.contract import InputError, Request, Result
from runners.leavings import files_in
from runners.models.loading import GENERATION, PICKLES
from runners.models.network import FILE as ARCHITECTURE
from runners.ranks import Helped, rank_of
from runners.train.albums import read_album
from runners.train.examples import Examples, Parts
from runners.train.fitted import Fitted
from runners.train.pipeline import train
from runners.train.reading import DATA, MANIFEST, folder_of, read_table
from runners.train.recognition import recognise
from runners.train.scratch import furnish, work
from runners.train.steps import history_told
from runners.train.trial import OwnCode, Trial, timed

FORMATS: Mapping[str, str] = {"model.onnx": "onnx", "model.txt": "lightgbm", "model.safetensors": "safetensors"}
"""The files that are taken for the model, the first that is there."""
METRICS, EXTRA = "metrics.json", "extra"
PYTHON = frozenset({"python", "python3"})
EXPORT = "export to ONNX, such as skl2onnx.to_onnx(model, X[:1]), and write it to $SETPOINT_OUTPUT/model.onnx"


def run(request: Request, folder: Path) -> Result:
    """Train by the user's own code, on the input `dataset`, with the code in the input `code` as work directory.

    Raises:
        InputError: the code fails, or leaves no model, one of an unsafe format, or one that can't be understood.
        SourceUnavailable: the code ended with exit code 75.
        Crashed: the code was killed.
    """
    return train(request, folder, read_any, fit)


def read_any(trial: Trial) -> Examples:
    """Read a dataset of rows or of pictures, whichever is there."""
    folder = folder_of(trial, "dataset")
    is_album = (folder / MANIFEST).exists() and not (folder / DATA).exists()
    return read_album(trial) if is_album else read_table(trial)


def fit(trial: Trial, parts: Parts) -> Fitted:
    """Run the user's code on the training rows, and find out what it has left.

    With several nodes it runs on each, as under `torchrun`; what is left is what that of rank 0 has left.

    Raises:
        Helped: this process isn't of rank 0.
    """
    command = command_of(trial.told.runner or OwnCode())
    with _scratch() as scratch:
        shop, environ = furnish(scratch, trial, parts.train)
        with timed(f"`{' '.join(command)}`"):
            is_sensitive = bool(parts.train.reading and parts.train.reading.sensitive)
            told = work(command, shop, environ, is_sensitive=is_sensitive)
        if rank_of():
            raise Helped
        files_in(shop.output, "$SETPOINT_OUTPUT")
        file = _taken(shop.output, trial.folder)
        reported = reported_in(shop.output / METRICS)
        _keep_others(shop.output, trial.folder / EXTRA, {file, METRICS, ARCHITECTURE, GENERATION})
    shutil.rmtree(trial.checkpoints, ignore_errors=True)
    found = recognise(trial, trial.folder / file, FORMATS[file], parts.test)
    kept = found.inputs, found.tensors, found.raw, found.reading
    return Fitted(file, FORMATS[file], *kept, history=history_told(told), reported=reported)


@contextmanager
def _scratch() -> Iterator[Path]:
    """Lend a folder; whatever the code has left in it goes, however deep its folders lie in one another."""
    folder = mkdtemp(prefix="setpoint-")
    try:
        yield Path(folder)
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        except RecursionError:
            subprocess.run(["rm", "-rf", "--", folder], check=False)


def command_of(runner: OwnCode) -> Sequence[str]:
    """Return the command line; `python` is the interpreter that runs the job.

    Raises:
        InputError: neither a command nor a module is given.
    """
    if runner.module:
        return (sys.executable, "-m", runner.module)
    if not runner.command:
        raise InputError(
            "there is neither a command nor a module", "runner", "say runner: {command: [python, train.py]}"
        )
    first, *others = runner.command
    return (sys.executable if first in PYTHON else first, *others)


def _taken(output: Path, folder: Path) -> str:
    """Move the model into the trial's folder; return its name.

    Raises:
        InputError: there is none, or one in a format that isn't safe.
    """
    for name in FORMATS:
        if (output / name).is_file():
            _move(output / name, folder / name)
            beside = [other for other in (ARCHITECTURE, GENERATION) if (output / other).is_file()]
            for other in beside:
                _move(output / other, folder / other)
            return name
    left = sorted(path.name for path in output.iterdir())
    unsafe = [name for name in left if Path(name).suffix.lower() in PICKLES]
    if unsafe:
        what = f"the code left {unsafe[0]}, which could execute code when it is loaded"
        raise InputError(what, unsafe[0], EXPORT)
    what = f"the code left no model: {', '.join(left[:5])}" if left else "the code left nothing in $SETPOINT_OUTPUT"
    raise InputError(what, "runner.command", EXPORT)


def _move(file: Path, target: Path) -> None:
    """Move a file; of a link the file that it leads to is copied, as it wouldn't lead there any more."""
    if file.is_symlink():
        shutil.copyfile(file, target)
    else:
        shutil.move(file, target)


def reported_in(path: Path) -> dict[str, float] | None:
    """Read the metrics that the code reports, numbers by name; None where it reports none.

    Raises:
        InputError: they are something else.
    """
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{METRICS} is no JSON: {error}", METRICS, "write an object of numbers by name") from error
    is_numbers = isinstance(told, dict) and all(_is_number(value) for value in told.values())
    if not is_numbers:
        raise InputError(f"{METRICS} is no object of numbers by name", METRICS, 'write {"name": 0.5, ...}')
    try:
        return {str(name): float(value) for name, value in told.items()}
    except OverflowError as error:
        raise InputError(f"{METRICS} holds a number that is too large", METRICS, "write finite numbers") from error


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _keep_others(output: Path, extra: Path, known: set[str]) -> None:
    """Keep what the code left beside its model."""
    others = [path for path in sorted(output.iterdir()) if path.name not in known]
    for path in others:
        extra.mkdir(exist_ok=True)
        shutil.move(path, extra / path.name)
