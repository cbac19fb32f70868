"""What is found in tables that are made here, without a file."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import ground_of
from runners.ingest.findings.watching import Watch, find
from runners.ingest.parameters import Parameters
from runners.tables.columns import ARROW
from runners.tables.summary import summarise, summary_of
from runners.tables.types import Type

WORDS = tuple("quick brown fox jumps over lazy dogs while seven wizards boil strange potions in pale moonlight".split())  # noqa: SIM905


def batch_of(columns: Mapping[str, Any], types: Mapping[str, Type]) -> Any:
    """Return columns as a stored record batch."""
    arrays = [_array(columns[name], ARROW[type_]) for name, type_ in types.items()]
    return pa.RecordBatch.from_arrays(arrays, names=list(types))


def _array(values: Any, arrow: Any) -> Any:
    made = pa.array(values)
    return made if made.type == arrow else made.cast(arrow)


def found_in(
    values: Mapping[str, Any], types: Mapping[str, Type], cuts: Sequence[int] = (), **roles: Any
) -> list[Finding]:
    """Return what is found in a table, whose rows come in parts as they are cut."""
    whole = batch_of(values, types)
    edges = [0, *sorted(min(cut, whole.num_rows) for cut in cuts), whole.num_rows]
    parts = [whole.slice(start, end - start) for start, end in pairwise(edges)]
    params = Parameters.model_validate({"source": {"sql": {"url": "x://", "query": "q"}}, **roles})
    summary = summarise(parts, types, params.target)
    with TemporaryDirectory() as folder:
        watch = Watch(dict(types), params, Path(folder) / "rows")
        for part in parts:
            watch.see(part, summary_of(part, types, params.target))
        return find(ground_of(summary, params, {}), watch.seen())


def kinds(found: Sequence[Finding]) -> set[str]:
    """Return the kinds of what was found."""
    return {one.kind for one in found}


def clean(seed: int) -> tuple[dict[str, Any], dict[str, Type], dict[str, Any]]:
    """Return a random table in which nothing is wrong, its types and its roles: all types, signals, gaps, few rows."""
    chance = np.random.default_rng(seed)
    rows = int(chance.integers(60, 900))
    columns: dict[str, Any] = {"id": pa.array([f"row-{place}" for place in chance.permutation(rows)])}
    types: dict[str, Type] = {"id": "string"}
    signal = chance.normal(size=rows)
    for place in range(int(chance.integers(3, 9))):
        values, types[f"c{place}"] = _column(chance, rows, signal)
        gaps = chance.random(rows) < chance.choice([0, 0, 0.1, 0.6])
        columns[f"c{place}"] = pa.array(values, mask=gaps)
    roles: dict[str, Any] = {"identifier": "id"}
    target = chance.choice(["none", "number", "boolean", "integer", "string"])
    if target != "none":
        noisy = signal + chance.normal(size=rows)
        classes = np.digitize(noisy, [-0.5, 0.7])
        goals = {"number": noisy, "boolean": noisy > 0.8, "integer": classes, "string": np.array(list("abc"))[classes]}
        columns["y"], types["y"] = pa.array(goals[target].tolist()), target
        roles["target"] = "y"
    return columns, types, roles


def _column(chance: np.random.Generator, rows: int, signal: Any) -> tuple[Any, Type]:
    """Return the values of a column as they come in the world, and their type."""
    words = np.array(WORDS)
    made: list[tuple[Any, Type]] = [
        (chance.normal(50, 9, rows), "number"),
        (signal + chance.normal(0, chance.uniform(0.5, 3), rows), "number"),
        (np.round(chance.lognormal(8, chance.uniform(0.2, 2), rows), 2), "number"),
        (chance.exponential(3, rows), "number"),
        (chance.standard_t(4, rows), "number"),
        (chance.uniform(-1, 1, rows), "number"),
        (chance.integers(0, int(chance.choice([2, 5, 100, 10**6])), rows), "integer"),
        (chance.poisson(chance.uniform(0.1, 6), rows), "integer"),
        (chance.random(rows) < chance.uniform(0.05, 0.95), "boolean"),
        (words[chance.integers(0, int(chance.integers(2, len(words))), rows)], "string"),
        ([" ".join(row) for row in words[chance.integers(0, len(words), (rows, 14))]], "string"),
        (np.datetime64("2019-01-01") + chance.integers(0, 1500, rows).astype("timedelta64[D]"), "datetime"),
        (np.datetime64("1940-01-01", "s") + chance.integers(0, 10**9, rows).astype("timedelta64[s]"), "datetime"),
    ]
    return made[int(chance.integers(0, len(made)))]
