"""Rows of every type that come file by file, models that learned from them, and what those say of them."""

import json
import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from runners.contract import Result
from runners.contract.request import read_params
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.tables.version import table_files
from runners.train.tabular import run
from tests.unit.runners.train.conftest import Asking

Row = Mapping[str, Any]
TYPES = {
    "id": "integer", "age": "integer", "income": "number", "rooms": "integer", "owns": "boolean", "town": "string",
    "since": "datetime", "paid": "string", "grade": "string", "amount": "number",
}  # fmt: skip
COLUMNS = {name: {"type": type_, "missing": 1.0} for name, type_ in TYPES.items()}
TOWNS = ("Ely", "Bath", "Ripon")
STEPS = {"since": [{"datetime": {"parts": ["year", "month"]}}]}
TARGETS = ("paid", "grade", "amount")


def rows_at_random(first: int, rows: int, seed: int = 0) -> list[Row]:
    """Return rows of every type, some of whose values are missing."""
    lots, found = np.random.default_rng([seed, first]), []
    for number in range(first, first + rows):
        age, income = int(lots.integers(18, 90)), float(np.round(lots.normal(30, 9), 3))
        chance = age / 90 + income / 60
        found.append(
            {
                "id": number,
                "age": age,
                "income": None if lots.random() < 0.1 else income,
                "rooms": None if lots.random() < 0.1 else int(lots.integers(1, 6)),
                "owns": bool(lots.random() < 0.5),
                "town": None if lots.random() < 0.1 else str(lots.choice(TOWNS)),
                "since": f"20{lots.integers(10, 24)}-0{lots.integers(1, 9)}-11T08:30:00Z",
                "paid": "yes" if chance > 1.1 else "no",
                "grade": "ABC"[int(chance * 1.4) % 3],
                "amount": round(chance * 100, 2),
            }
        )
    return found


def trained(folder: Path, dataset: Path, task: str, target: str, metric: str, **params: Any) -> Path:
    """Train a model on a version; return its trial's folder."""
    folder.mkdir()
    others = [name for name in TARGETS if name != target]
    told = {"target": target, "task": task, "metric": {"name": metric}, "exclude": others, "preparations": STEPS}
    asked = Asking(folder).request(dataset, params, **told)
    assert run(asked, folder).accepted
    return folder


class Scoring:
    """A folder of files, the versions of the dataset that reads them, and those of what a model says of it."""

    def __init__(self, root: Path) -> None:
        self.root, self._numbers = root, count()
        self.place = root / "in"
        self.place.mkdir(parents=True)
        self.dataset: Path | None = None
        self.former: Path | None = None

    def write(self, name: str, rows: list[Row]) -> None:
        """Write a file of rows, or write it anew, at a moment that is long past."""
        (self.place / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        moment = 10**9 + next(self._numbers)
        os.utime(self.place / name, (moment, moment))

    def refresh(self, **spec: Any) -> Path:
        """Make the next version of the rows."""
        files = {"url": str(self.place), "format": "jsonl", "incremental": {"by": "files"}}
        told = {"source": {"files": files}, "columns": COLUMNS, "identifier": "id", **spec}
        folder, _ = self._made(told, self.dataset, {})
        self.dataset = folder
        return folder

    def score(
        self, model: Path, keep: tuple[str, ...] = (), *, full: bool = False, previous: Path | None = None, **spec: Any
    ) -> "Scored":
        """Make the next version of what a model says of the newest rows; only an accepted one is gone on with.

        `previous` is what limits of drift are about.
        """
        assert self.dataset
        source = {"of": "datasets/rows", "by": "deployments/api", "keep": list(keep)}
        told = {"source": {"predictions": source}, **spec}
        inputs = {"rows": str(self.dataset), "model": str(model)} | ({"previous": str(previous)} if previous else {})
        made = Scored(*self._made(told, None if full else self.former, inputs))
        if made.result.accepted and not full:
            self.former = made.folder
        return made

    def _made(self, told: Mapping[str, Any], former: Path | None, inputs: Mapping[str, str]) -> tuple[Path, Result]:
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        lent = Lent(former.as_uri(), former) if former else None
        return folder, ingest("datasets/x", read_params(Parameters, told), folder, inputs, former=lent)


class Scored:
    """A version of what a model says."""

    def __init__(self, folder: Path, result: Result) -> None:
        self.folder, self.result = folder, result

    @property
    def refreshed(self) -> Any:
        """Return how it came about."""
        return self.result.facts["refresh"]

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows, by their identifiers."""
        found = [row for path in table_files(self.folder) for row in parquet.read_table(path).to_pylist()]
        return sorted(found, key=lambda row: row["id"])
