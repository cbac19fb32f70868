"""Small real data that ships in scikit-learn, left in the forms that the ingest runner leaves."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn import datasets

from runners.evaluate.tables import Columns, write_parquet


def cancer() -> Columns:
    """Return breast cancer measurements, with columns of every kind made from them."""
    known = datasets.load_breast_cancer()
    generator = np.random.default_rng(0)
    columns: Columns = {"id": np.arange(1000, 1569)}
    for place in range(8):
        columns[known.feature_names[place].replace(" ", "_")] = known.data[:, place].copy()
    columns["mean_radius"][generator.random(569) < 0.05] = np.nan
    columns["cells"] = (known.data[:, 3] // 10).astype(np.int64)
    columns["is_rough"] = known.data[:, 1] > 20
    columns["ward"] = np.array(["north", "south", "west"], object)[generator.integers(0, 3, 569)]
    columns["size"] = np.where(known.data[:, 2] > 90, "large", "small").astype(object)
    columns["size"][generator.random(569) < 0.05] = None
    columns["target"] = known.target
    return columns


def iris() -> Columns:
    """Return iris flowers; the target is a text."""
    known = datasets.load_iris()
    columns: Columns = {
        name: known.data[:, i] for i, name in enumerate(("sepal length", "sepal_length", "label", "größe"))
    }
    return {**columns, "target": known.target_names[known.target].astype(object)}


def diabetes() -> Columns:
    """Return diabetes measurements; the target is a number."""
    known = datasets.load_diabetes()
    columns = {name: known.data[:, place] for place, name in enumerate(known.feature_names)}
    return {"id": np.arange(442), **columns, "target": known.target}


def leave_table(folder: Path, columns: Columns, identifier: str | None) -> Path:
    """Write a dataset of rows, with the metadata that names its identifier."""
    write_parquet(columns, folder / "data.parquet")
    _write_metadata(folder, identifier)
    return folder


def leave_album(folder: Path, count: int) -> Path:
    """Write a dataset of pictures."""
    known = datasets.load_digits()
    (folder / "images").mkdir()
    names = [f"{place:04}.png" for place in range(count)]
    for name, pixels in zip(names, known.images, strict=False):
        Image.fromarray((pixels * 255 / 16).astype(np.uint8)).save(folder / "images" / name)
    manifest: Columns = {
        "id": np.array(names, object),
        "path": np.array([f"images/{name}" for name in names], object),
        "width": np.full(count, 8),
        "height": np.full(count, 8),
        "label": np.array([str(label) for label in known.target[:count]], object),
    }
    write_parquet(manifest, folder / "manifest.parquet")
    _write_metadata(folder, "id")
    return folder


def _write_metadata(folder: Path, identifier: str | None) -> None:
    records = {"@id": "records"} | ({"key": {"@id": f"records/{identifier}"}} if identifier else {})
    (folder / "croissant.json").write_text(json.dumps({"recordSet": [records]}))
