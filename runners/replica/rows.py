"""Test rows as clients send them: requests of version 2 of the Open Inference Protocol, of one row each.

Pictures are those that the trial has recorded as examples: the others lie with the dataset.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runners.contract import InputError
from runners.contract.mistakes import misread
from runners.evaluate.tables import read_parquet
from runners.models import Column, Signature
from runners.models.columns import as_json

REFERENCE, EXAMPLES = "reference.parquet", "examples.json"
_FIX = "train the candidate again; a trainer of one's own leaves its test rows beside the model"

Asked = dict[str, Any]
"""The body of a request of version 2."""


def rows_of(folder: Path, signature: Signature, most: int, seed: int) -> list[Asked]:
    """Draw test rows of a trial.

    Raises:
        InputError: it has left none, or they lack a column that the model takes.
    """
    found = _recorded(folder) if signature.image else _referred(folder, signature, most, seed)
    if not found:
        raise InputError("the trial has left no test rows to ask with", str(folder), _FIX)
    return found[:most]


def _recorded(folder: Path) -> list[Asked]:
    try:
        told = json.loads((folder / EXAMPLES).read_bytes())
        found: list[Asked] = [item["request"] for item in told]
        _ = list(instances_of(found))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError(f"the trial's examples can't be read: {misread(error)}", EXAMPLES, _FIX) from error
    return found


def _referred(folder: Path, signature: Signature, most: int, seed: int) -> list[Asked]:
    columns = read_parquet(folder / REFERENCE, _FIX)
    if missing := [column.name for column in signature.asked if column.name not in columns]:
        raise InputError(f"the test rows have no column {missing[0]}, which the model takes", missing[0], _FIX)
    rows = len(next(iter(columns.values()), ()))
    drawn = np.random.default_rng(seed).permutation(rows)[:most]
    return [
        {"inputs": [_tensor(column, columns[column.name][row : row + 1]) for column in signature.asked]}
        for row in drawn.tolist()
    ]


def _tensor(column: Column, values: Any) -> dict[str, Any]:
    data = [as_json(value) for value in values.ravel().tolist()]
    return {"name": column.name, "shape": [1, *column.shape[1:]], "datatype": column.datatype, "data": data}


def instances_of(rows: Sequence[Asked]) -> Iterator[dict[str, Any]]:
    """Yield rows as version 1 of the protocol has them: one value for each column, or a list for a picture."""
    for row in rows:
        yield {one["name"]: one["data"][0] if len(one["data"]) == 1 else one["data"] for one in row["inputs"]}
