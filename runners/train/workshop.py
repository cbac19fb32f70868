"""The workshop: a scratch folder in which the user's own code finds its rows, and leaves its model.

| variable | holds |
|---|---|
| `SETPOINT_TRAIN`, `SETPOINT_TRAIN_CSV` | paths of the training rows as Parquet and as CSV, with all columns |
| `SETPOINT_OUTPUT` | path of the folder for `model.onnx` (or LightGBM's `model.txt`), and perhaps `metrics.json` |
| `SETPOINT_PARAMS` | the trial's own values, as JSON |
| `SETPOINT_TARGET`, `SETPOINT_SEED` | the target column, and the seed |
| `SETPOINT_DATA` | path of the dataset's folder, where its pictures lie |
| `SETPOINT_REQUEST` | path of the whole request, as JSON |
| `SETPOINT_CHECKPOINT` | path of a folder that outlives a crash: a later attempt finds in it what this one left |

The rows to validate and to test on aren't there.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runners.contract import UNAVAILABLE, Crashed, InputError, SourceUnavailable
from runners.evaluate.tables import write_parquet
from runners.train.examples import Examples
from runners.train.reading import folder_of
from runners.train.trial import Trial

LAST_WORDS = 20
"""Lines of standard error that are remembered."""


@dataclass(frozen=True, slots=True)
class Workshop:
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
    def rows(self) -> Path:
        """Return where the training rows lie."""
        return self.root / "rows"


def furnish(root: Path, trial: Trial, train: Examples) -> tuple[Workshop, dict[str, str]]:
    """Copy the user's code and write the training rows; return the folders and the variables that tell them."""
    shop = Workshop(root)
    for folder in (shop.output, shop.rows, trial.checkpoints):
        folder.mkdir(parents=True, exist_ok=True)
    _copy_code(trial, shop.code)
    data = folder_of(trial, "dataset")
    _write_rows(train, data, shop.rows)
    request = shop.root / "request.json"
    request.write_text(trial.request.model_dump_json(indent=2), "utf-8")
    return shop, {
        "SETPOINT_TRAIN": str(shop.rows / "train.parquet"),
        "SETPOINT_TRAIN_CSV": str(shop.rows / "train.csv"),
        "SETPOINT_OUTPUT": str(shop.output),
        "SETPOINT_PARAMS": json.dumps(dict(trial.params)),
        "SETPOINT_TARGET": trial.told.target,
        "SETPOINT_SEED": str(trial.seed),
        "SETPOINT_DATA": str(data),
        "SETPOINT_REQUEST": str(request),
        "SETPOINT_CHECKPOINT": str(trial.checkpoints),
    }


def _copy_code(trial: Trial, target: Path) -> None:
    if "code" not in trial.request.inputs:
        target.mkdir()
        return
    shutil.copytree(folder_of(trial, "code"), target, symlinks=True)


def _write_rows(train: Examples, data: Path, folder: Path) -> None:
    """Write the training rows; of pictures their manifest, with whole paths."""
    from pyarrow import csv, parquet

    columns = {name: values for name, values in train.columns.items() if values.ndim == 1}
    if train.image:
        columns["path"] = train.columns["path"].copy()
        columns["path"][:] = [str(data / path) for path in train.columns["path"].tolist()]
    write_parquet(columns, folder / "train.parquet")
    csv.write_csv(parquet.read_table(folder / "train.parquet"), folder / "train.csv")


def work(command: Sequence[str], shop: Workshop, environ: Mapping[str, str]) -> None:
    """Run the user's command; what it prints is printed.

    Raises:
        InputError: there is no such command, or it failed: its last words are told.
        SourceUnavailable: it ended with exit code 75.
        Crashed: it was killed.
    """
    try:
        process = subprocess.Popen(
            command, cwd=shop.code, env={**os.environ, **environ}, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        fix = "name a command that is there where the pool's jobs run, or `python`"
        raise InputError(f"{command[0]} can't be started: {error.strerror}", "runner.command", fix) from error
    with process:
        heard: deque[str] = deque(maxlen=LAST_WORDS)
        listener = threading.Thread(target=_listen, args=(process.stderr, heard), daemon=True)
        listener.start()
        code = process.wait()
        listener.join(10)
    _judge(" ".join(command), code, [line for line in heard if line.strip()])


def _listen(stream: IO[bytes], heard: deque[str]) -> None:
    """Pass a stream on line by line, and remember the last ones."""
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
