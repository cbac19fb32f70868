"""Albums: one feature, the picture, at the size that was asked for."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.evaluate.tables import write_parquet
from runners.tables.schema import read_schema, write_schema
from runners.train.albums import read_album
from runners.train.split import split
from tests.unit.runners.train.conftest import Asking

DIGITS: dict[str, Any] = {"target": "label", "task": "multiclass", "metric": {"name": "accuracy"}}
SHAPED = {"resample": "bilinear", "divisor": 255}


def test_an_album_has_one_feature(asking: Asking, album: Path) -> None:
    known = read_album(asking.trial(album, **DIGITS))
    (feature,) = known.features
    assert (feature.name, feature.datatype, feature.shape) == ("image", "FP32", (-1, 64))
    assert known.image == {**SHAPED, "height": 8, "width": 8, "channels": 1, "mode": "L"}
    assert known.classes == tuple("0123456789")
    assert known.columns["image"].max() == 1.0


def test_size_and_colour_may_be_asked_for(asking: Asking, album: Path) -> None:
    known = read_album(asking.trial(album, {"size": 4, "colour": True}, **DIGITS))
    assert known.image == {**SHAPED, "height": 4, "width": 4, "channels": 3, "mode": "RGB"}
    assert known.columns["image"].shape == (300, 48)


def test_people_may_have_labelled_it(asking: Asking, album: Path, tmp_path: Path) -> None:
    ids = np.array([f"{place:04}.png" for place in range(200)], object)
    said = np.array(["even", "odd"], object)[np.arange(200) % 2]
    write_parquet({"id": ids, "label": said, "confidence": np.ones(200)}, tmp_path / "labels.parquet")
    known = read_album(asking.trial(album, inputs={"labels": str(tmp_path)}, **DIGITS))
    assert known.classes == ("even", "odd")
    assert len(known) == len(known.columns["image"]) == 200


@pytest.mark.parametrize(
    ("params", "told", "what"),
    [
        ({"size": 2}, {}, "size is 2"),
        ({"size": "big"}, {}, "size is `big`"),
        ({"size": True}, {}, "size is `true`"),
        ({"colour": "yes"}, {}, "colour is `yes`"),
        ({}, {"features": ["width"]}, "the features are width, and an album has one: image"),
        ({}, {"target": "labl"}, "the data has no column labl"),
    ],
)
def test_what_is_wrong_is_told(
    asking: Asking, album: Path, params: dict[str, Any], told: dict[str, Any], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        read_album(asking.trial(album, params, **{**DIGITS, **told}))


def marked(folder: Path, *names: str) -> None:
    """Mark columns of an album as sensitive."""
    (folder / "schema.json").unlink(missing_ok=True)
    reading = read_schema(folder)
    columns = {name: replace(told, is_sensitive=name in names) for name, told in reading.columns.items()}
    write_schema(folder, replace(reading, columns=columns))


@pytest.mark.parametrize("told", [{}, {"slices": ["width"]}])
def test_what_would_tell_values_of_a_sensitive_column_is_refused(
    asking: Asking, album: Path, tmp_path: Path, told: dict[str, Any]
) -> None:
    folder = tmp_path / "album"
    shutil.copytree(album, folder)
    marked(folder, "width" if told else "label")
    with pytest.raises(InputError, match="is sensitive, and"):
        read_album(asking.trial(folder, **DIGITS, **told))


def test_that_an_album_has_sensitive_columns_is_known_to_who_runs_own_code(
    asking: Asking, album: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "album"
    shutil.copytree(album, folder)
    marked(folder, "id", "path")
    trial = asking.trial(folder, **DIGITS)
    parts = split(read_album(trial), trial.told.split, trial.seed)
    assert parts.train.reading
    assert parts.train.reading.sensitive == {"id", "path"}


def test_rows_are_for_another_runner(asking: Asking, cancer: Path) -> None:
    with pytest.raises(InputError) as failure:
        read_album(asking.trial(cancer))
    assert "tabular" in failure.value.fix
