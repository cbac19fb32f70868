"""Recordings: requests of the Open Inference Protocol (version 2) with the answers that a served model must give.

`examples.json` is a list of `{"request": {"inputs": [...]}, "response": {"outputs": [...]}}`, each of one row.
"""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import numpy as np

from runners.models import Column, Model
from runners.models.columns import as_json
from runners.staging import inside
from runners.train.examples import Array, Examples
from runners.train.joint import strata_of
from runners.train.reading import folder_of
from runners.train.trained import Trained
from runners.train.trial import Trial

FILE = "examples.json"
MOST = 20


def write_recordings(trained: Trained) -> None:
    """Write `examples.json`."""
    rows = chosen(trained.parts.test, trained.trial.seed)
    examples = as_asked(trained.parts.test.take(rows), trained.trial)
    lines = [json.dumps(one, allow_nan=False) for one in recordings(trained.model, examples)]
    (trained.trial.folder / FILE).write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


def chosen(test: Examples, seed: int) -> Array:
    """Draw test rows, in turn from every class."""
    order = np.random.default_rng(seed).permutation(len(test))
    if not test.classes:
        return np.sort(order[:MOST])
    codes = (strata_of(test.codes) if test.is_joint else test.codes)[order]
    turns = np.zeros(len(order), np.int64)
    for code in np.unique(codes):
        turns[codes == code] = np.arange(int((codes == code).sum()))
    return np.sort(order[np.argsort(turns, kind="stable")[:MOST]])


def as_asked(examples: Examples, trial: Trial) -> Examples:
    """Return examples with what a client sends: the files of pictures, by Base64."""
    if not examples.image:
        return examples
    folder = folder_of(trial, "dataset")
    files = [inside(folder, path).read_bytes() for path in examples.columns["path"].tolist()]
    texts = np.array([b64encode(content).decode("ascii") for content in files], np.object_)
    return replace(examples, columns={**examples.columns, examples.features[0].name: texts})


def recordings(model: Model, examples: Examples) -> list[dict[str, Any]]:
    """Ask a model about examples, one by one as a client would; return the requests with the answers."""
    found = []
    for row in range(len(examples)):
        columns = {c.name: examples.columns[c.name][row : row + 1] for c in model.signature.inputs}
        answers = model.predict(columns).as_columns()
        inputs = [_told(column, columns[column.name]) for column in model.signature.asked]
        outputs = [_told(column, answers[column.name]) for column in model.signature.outputs]
        found.append({"request": {"inputs": inputs}, "response": {"outputs": outputs}})
    return found


def _told(column: Column, values: Array) -> dict[str, Any]:
    shape = [len(values), *column.shape[1:]]
    return {
        "name": column.name,
        "shape": shape,
        "datatype": column.datatype,
        "data": [as_json(v) for v in values.ravel().tolist()],
    }
