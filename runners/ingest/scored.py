"""Predictions: what a model says of the rows of another dataset, each part of which is scored once by it.

A part that the same model has scored stays as it is, and what another model has said goes: all answers of a version are
of one model. The model is loaded as a replica loads it, so it says of a row what an endpoint says.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.contract import InputError
from runners.contract.variables import CPUS
from runners.ingest.by_files import write_taken
from runners.ingest.former import Former
from runners.ingest.grown import Grown, asked, on_or_anew
from runners.ingest.origins import Origins
from runners.ingest.outcome import LINEAGE, write_json
from runners.ingest.parameters import Parameters
from runners.ingest.pieces import Piece, pieces_of, take_pieces
from runners.ingest.scorer import Scorer
from runners.ingest.taking import Taken
from runners.inputs import Lent
from runners.models import ModelRefused, load
from runners.sources.derived import table_in
from runners.sources.lineage import check_hidden
from runners.sources.parameters import PredictionsSource
from runners.staging import local
from runners.tables.reading import Reading
from runners.tables.schema import read_schema

ROWS, MODEL = "rows", "model"
"""The roles of a scoring's inputs."""
ANOTHER = "another model scored the version before"


def grow_by_scores(
    source: PredictionsSource, params: Parameters, folder: Path, inputs: Mapping[str, str], former: Lent | None
) -> Grown:
    """Write a version of what a model says of a dataset's rows to a folder.

    Args:
        source: whose rows, and what is kept of them.
        params: the schema and the roles.
        folder: where the version is written.
        inputs: the folders of the dataset's version and of the model's trial, by their roles.
        former: the version before; without one, or where it can't be gone on with, all rows are scored.

    Raises:
        InputError: the model can't be loaded or asked about these rows, or the schema is wrong.
    """
    home = local(_given(inputs, ROWS, source.of))
    reading = read_schema(home)
    scorer = _scorer(source, home, reading, local(_given(inputs, MODEL, source.by)))
    declared = frozenset(name for name, column in (params.columns or {}).items() if column.sensitive)
    check_hidden(scorer.secrets(ROWS), {ROWS: reading.sensitive | scorer.sensitive}, declared)
    write_json(folder / LINEAGE, scorer.origins(ROWS))
    pieces = [piece._replace(mark=f"{piece.mark} {scorer.digest}") for piece in pieces_of(ROWS, source.of, home)]
    take = partial(_take, scorer, pieces, params)
    grown = on_or_anew(
        lambda base, why: write_taken(take, params, folder, inputs, base=base, why=why),
        *_former(former, params, scorer.digest),
    )
    table = replace(grown.table, moving={*grown.table.moving, *scorer.moving})
    return replace(grown, table=table, told={**grown.told, "scored": scorer.told})


def _given(inputs: Mapping[str, str], role: str, address: str) -> str:
    if role not in inputs:
        raise InputError(f"the request has no {role}", f"inputs.{role}", f"give the URL of the folder of {address}")
    return inputs[role]


def _scorer(source: PredictionsSource, home: Path, reading: Reading, trial: Path) -> Scorer:
    """Load the model, and see that these rows can be put to it.

    Raises:
        InputError: they can't, or the model can't be loaded.
    """
    try:
        model = load(trial)
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error
    columns = parquet.read_schema(table_in(home, source.of)[0]).names
    cpus = os.environ.get(CPUS, "")
    return Scorer.of(model, source, reading, columns, max(1, int(float(cpus))) if cpus else 1)


def _former(former: Lent | None, params: Parameters, digest: str) -> tuple[Former | None, str]:
    """Return the version to go on with: one that the same model has made."""
    base, why = Former.of(former, asked(params))
    marks = [origin.mark or "" for origin in base.origins.files.values()] if base else []
    return (base, why) if all(mark.endswith(digest) for mark in marks) else (None, ANOTHER)


def _take(scorer: Scorer, pieces: list[Piece], params: Parameters, before: Origins, place: Path) -> Taken:
    def scored(piece: Piece) -> Iterator[Any]:
        return scorer.rows(piece.path, piece.name)

    return take_pieces(pieces, scored, params, before, place)
