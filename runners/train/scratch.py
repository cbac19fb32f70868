"""The scratch: a scratch folder in which the user's own code finds its rows, and leaves its model.

| variable | holds |
|---|---|
| `SETPOINT_TRAIN`, `SETPOINT_TRAIN_CSV` | paths of the training rows as Parquet and as CSV, with all columns |
| `SETPOINT_OUTPUT` | path of the folder for `model.onnx` (or LightGBM's `model.txt`), and perhaps `metrics.json` |
| `SETPOINT_PARAMS` | the trial's own values, as JSON |
| `SETPOINT_TARGET`, `SETPOINT_SEED` | the target column, and the seed |
| `SETPOINT_DATA` | path of a dataset's folder as ingestion leaves it, of the training rows alone, with their pictures |
| `SETPOINT_REQUEST` | path of the request, as JSON: its `dataset` is that folder |
| `SETPOINT_LABELS` | of labelled data, path of Parquet: what labels tell of each training row, in the same order |
| `SETPOINT_CHECKPOINT` | path of a folder that outlives a crash: a later attempt finds in it what this one left |

What labels tell of a row is `confidence`, `disputed`, and how probable each class is as `chance_<class>` (soft labels).
The rows to validate and to test on aren't there, nor their pictures, nor a way to them: what the code leaves is asked
about them.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runners.contract import UNAVAILABLE, Crashed, InputError, Request, SourceUnavailable, variables
from runners.contract.progress import Progress
from runners.evaluate.tables import write_parquet
from runners.train.examples import Examples
from runners.train.leftovers import adopting, end_all_but
from runners.train.reading import DATA, MANIFEST, folder_of
from runners.train.steps import Steps, pass_on
from runners.train.trial import Trial

CHANCE = "chance_"
"""How columns of classes' probabilities begin, for the user's code."""
LAST_WORDS = 20
"""Lines of standard error that are remembered."""
LAST_MOMENTS = 2.0
"""Seconds for which what a command has left running may go on telling, such as a `tee` of its log."""
KEPT_BACK = ("FSSPEC_", variables.ORDER, variables.REQUEST, variables.SEALED)
"""How variables of the job begin that lead to the store, where the test rows are."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The scratch folder's parts."""

    root: Path

    @property
    def code(self) -> Path:
        """Return the copy of the user's code, which is the work directory."""
        return self.root / "code"

    @property
    def output(self) -> Path:
        """Return where the model is left."""
        return self.root / "output"

    @property
    def data(self) -> Path:
        """Return the folder that stands for the dataset's."""
        return self.root / "data"

    @property
    def rows(self) -> Path:
        """Return where the training rows lie."""
        return self.root / "rows"


def furnish(root: Path, trial: Trial, train: Examples) -> tuple[Scratch, dict[str, str]]:
    """Copy the user's code and write the training rows; return the folders and the variables that tell them."""
    shop = Scratch(root)
    for folder in (shop.output, shop.rows, shop.data, trial.checkpoints):
        folder.mkdir(parents=True, exist_ok=True)
    _copy_code(trial, shop.code)
    if train.image:
        _copy_pictures(train, folder_of(trial, "dataset"), shop.data)
    _write_rows(train, shop)
    request = shop.root / "request.json"
    request.write_text(_told(trial, shop).model_dump_json(indent=2), "utf-8")
    labels = {"SETPOINT_LABELS": str(_write_labels(train, shop))} if train.annotations else {}
    return shop, labels | {
        "SETPOINT_TRAIN": str(shop.rows / "train.parquet"),
        "SETPOINT_TRAIN_CSV": str(shop.rows / "train.csv"),
        "SETPOINT_OUTPUT": str(shop.output),
        "SETPOINT_PARAMS": json.dumps(dict(trial.params)),
        "SETPOINT_TARGET": trial.told.target,
        "SETPOINT_SEED": str(trial.seed),
        "SETPOINT_DATA": str(shop.data),
        "SETPOINT_REQUEST": str(request),
        "SETPOINT_CHECKPOINT": str(trial.checkpoints),
    }


def _copy_code(trial: Trial, target: Path) -> None:
    if "code" not in trial.request.inputs:
        target.mkdir()
        return
    shutil.copytree(folder_of(trial, "code"), target, symlinks=True)


def _told(trial: Trial, shop: Scratch) -> Request:
    """Return the request as the code may see it: where the test rows lie isn't its affair."""
    kept = {role: url for role, url in trial.request.inputs.items() if role == "code"}
    return trial.request.model_copy(update={"inputs": {**kept, "dataset": shop.data.as_uri()}, "digests": {}})


def _copy_pictures(train: Examples, data: Path, target: Path) -> None:
    """Copy the pictures to train on. A link would lead to the others, and to where they could be changed."""
    for path in train.columns["path"].tolist():
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data / path, copy)


def _write_rows(train: Examples, shop: Scratch) -> None:
    """Write the training rows; of pictures their manifest, with whole paths."""
    from pyarrow import csv, parquet

    columns = {name: values for name, values in train.columns.items() if values.ndim == 1}
    write_parquet(columns, shop.data / (MANIFEST if train.image else DATA))
    if train.image:
        columns["path"] = train.columns["path"].copy()
        columns["path"][:] = [str(shop.data / path) for path in train.columns["path"].tolist()]
    write_parquet(columns, shop.rows / "train.parquet")
    csv.write_csv(parquet.read_table(shop.rows / "train.parquet"), shop.rows / "train.csv")


def _write_labels(train: Examples, shop: Scratch) -> Path:
    """Write what labels tell of the training rows; what labels of an earlier version don't tell isn't there."""
    told = train.annotations
    assert told is not None
    columns = {"confidence": told.confidence}
    if told.disputed is not None:
        columns["disputed"] = told.disputed
    if told.chances is not None:
        names = [f"{CHANCE}{name}" for name in train.classes]
        columns |= dict(zip(names, told.chances.T, strict=True))
    path = shop.rows / "labels.parquet"
    write_parquet(columns, path)
    return path


def work(
    command: Sequence[str], shop: Scratch, environ: Mapping[str, str], *, is_sensitive: bool = False
) -> Sequence[Progress]:
    """Run the user's command; what it prints is printed. When it has ended, what it left running is ended, too.

    Of data with sensitive columns its last words stay in the log, as they may hold values.

    Returns:
        What it told of its progress.

    Raises:
        InputError: there is no such command, or it failed: its last words are told.
        SourceUnavailable: it ended with exit code 75.
        Crashed: it was killed.
    """
    heard: deque[str] = deque(maxlen=LAST_WORDS)
    steps = Steps()
    with adopting() as others:
        process = _started(command, shop, environ)
        listeners = [
            threading.Thread(target=_listen, args=(process.stderr, heard), daemon=True),
            threading.Thread(target=pass_on, args=(process.stdout, steps), daemon=True),
        ]
        for listener in listeners:
            listener.start()
        code = process.wait()
        _hear_out(listeners)
        end_all_but(others)
        _hear_out(listeners)
    _judge(" ".join(command), code, [] if is_sensitive else [line for line in list(heard) if line.strip()])
    return steps.told


def _started(command: Sequence[str], shop: Scratch, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=shop.code,
            env={**job_environ(os.environ), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        fix = "name a command that is there where the pool's jobs run, or `python`"
        raise InputError(f"{command[0]} can't be started: {error.strerror}", "runner.command", fix) from error


def job_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the job that the user's code inherits."""
    return {name: value for name, value in environ.items() if not name.startswith(KEPT_BACK)}


def _hear_out(listeners: Sequence[threading.Thread]) -> None:
    until = time.monotonic() + LAST_MOMENTS
    for listener in listeners:
        listener.join(max(0.0, until - time.monotonic()))


def _listen(stream: IO[bytes], heard: deque[str]) -> None:
    """Pass a stream on line by line, and remember the last ones."""
    with stream:
        for line in stream:
            text = line.decode("utf-8", "replace")
            heard.append(text)
            sys.stderr.write(text)
    sys.stderr.flush()


def _judge(command: str, code: int, heard: Sequence[str]) -> None:
    if code == 0:
        return
    words = f": {heard[-1].strip()[:300]}" if heard else ""
    if code == UNAVAILABLE:
        raise SourceUnavailable(f"`{command}` asks to be tried again later{words}", "runner.command")
    if code < 0:
        fix = "where memory ran out, ask for more in resources.memory"
        raise Crashed(f"`{command}` was killed by signal {-code}{words}", "runner.command", fix)
    raise InputError(f"`{command}` ended with exit code {code}{words}", "runner.command", "its log tells the rest")
