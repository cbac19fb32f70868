"""Albums: a dataset of pictures as examples, whose one feature is `image`."""

from dataclasses import replace

import numpy as np

from runners.contract import InputError
from runners.contract.mistakes import as_written
from runners.evaluate.tables import Columns, read_parquet
from runners.models import Column
from runners.models.pictures import Preparation
from runners.tables.schema import read_schema
from runners.train.annotations import annotated
from runners.train.examples import Array, Examples
from runners.train.labelled import labels_of, weights_of
from runners.train.pixels import decode, size_for
from runners.train.reading import DATA, MANIFEST, check_names, check_sensitive, folder_of, sides_of
from runners.train.target import target_of
from runners.train.trial import Trial

IMAGE, ID = "image", "id"
LARGEST = 512
"""Pixels a side, at the most."""


def read_album(trial: Trial) -> Examples:
    """Read a dataset of pictures, scaled to `params.size` pixels a side; in colour with `params.colour`.

    Raises:
        InputError: something isn't there or can't be decoded.
    """
    folder = folder_of(trial, "dataset")
    fix = "the runner `tabular` reads rows" if (folder / DATA).exists() else "ingest the dataset again"
    manifest, reading = read_parquet(folder / MANIFEST, fix), read_schema(folder)
    check_sensitive(trial, reading)
    columns = {**manifest, **labels_of(trial, manifest, ID)}
    size = _size(trial, columns)
    where = sides_of(trial, folder / MANIFEST, replace(reading, identifier=ID))
    album = album_of(trial, columns, size, decode(folder, columns["path"].tolist(), size), where)
    return replace(album, reading=reading)


def album_of(trial: Trial, columns: Columns, size: Preparation, pixels: Array, where: Array | None = None) -> Examples:
    """Give an album's columns their roles, without the pictures that have no target.

    Raises:
        InputError: a column that the trial names isn't there, or the target doesn't fit.
    """
    told = trial.told
    if told.features not in (None, (IMAGE,)):
        what = f"the features are {', '.join(told.features or ())}, and an album has one: {IMAGE}"
        raise InputError(what, "features", "leave features out")
    check_names(trial, {**columns, IMAGE: pixels})
    known = target_of(columns[told.target], told.target, told.task)
    kept = {name: values[known.rows] for name, values in columns.items()}
    kept[IMAGE] = np.ascontiguousarray(pixels[known.rows])
    feature = Column(IMAGE, "FP32", (-1, size.values))
    weights, where = weights_of(trial, kept), None if where is None else where[known.rows]
    album = Examples(kept, known.truth, (feature,), known.classes, ID, size.as_dict(), known.notes)
    return annotated(trial, replace(album, weights=weights, sides=where, is_joint=told.task == "multilabel"), kept[ID])


def _size(trial: Trial, columns: Columns) -> Preparation:
    asked, colour = trial.params.get("size"), trial.params.get("colour", False)
    if asked is not None and (isinstance(asked, bool) or not isinstance(asked, int) or not 4 <= asked <= LARGEST):
        raise InputError(f"size is {as_written(asked)}", "params.size", f"give the pixels a side, 4 to {LARGEST}")
    if not isinstance(colour, bool):
        raise InputError(f"colour is {as_written(colour)}", "params.colour", "say true or false")
    return size_for(columns["height"], columns["width"], asked, 3 if colour else 1)
