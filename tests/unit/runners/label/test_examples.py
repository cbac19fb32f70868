"""Which example a task shows."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError, InputGone
from runners.label.examples import Examples, read_examples


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"image": "3.png"}, "3.png"),
        ({"image": "/data/local-files/?d=digits/images/3.png"}, "3.png"),
        ({"image": "s3://bucket/deep/3.png?token=x"}, "3.png"),
        ({"image": "https://host/a%2Fb/3.png#top"}, "3.png"),
        ({"image": "/data/upload/7/0a1b2c3d-3.png"}, "3.png"),
        ({"image": "/data/images/b/x.png"}, "b/x.png"),
        ({"image": "x.png"}, None),
        ({"image": "/c/x.png"}, None),
        ({"image": "99.png"}, None),
        ({"id": "a/x.png", "image": "anything"}, "a/x.png"),
        ({"caption": "see 3.png", "image": "5.png"}, "5.png"),
        ({"image": 3, "boxes": [1]}, None),
        ({"image": "http://[broken"}, None),
        ({}, None),
    ],
)
def test_an_example_is_found_by_its_id_or_its_file(dataset: str, data: dict[str, Any], expected: str | None) -> None:
    examples = read_examples(dataset)
    place = examples.find(data)
    assert (None if place is None else examples.ids[place]) == expected


def test_rows_of_a_table_are_found_by_the_identifier(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"loan": [11, 12]}), tmp_path / "data.parquet")
    (tmp_path / "profile.json").write_text(json.dumps({"identifier": {"column": "loan"}}))
    examples = read_examples(str(tmp_path))
    assert len(examples) == 2
    assert examples.ids == [11, 12]
    assert examples.find({"loan": "12", "text": "x"}) == 1
    assert examples.find({"id": 11}) == 0
    assert examples.find({"id": 13}) is None


def test_a_longer_path_wins() -> None:
    examples = Examples("id")
    for name in ("x.png", "b/x.png", "a/b/x.png"):
        examples.add(name)
    assert examples.find({"image": "/mnt/a/b/x.png"}) == 2
    assert examples.find({"image": "/mnt/c/x.png"}) == 0


def test_folders_that_are_no_datasets_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is no dataset"):
        read_examples(str(tmp_path))
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "data.parquet")
    with pytest.raises(InputError, match="the table has no identifier"):
        read_examples(str(tmp_path))
    with pytest.raises(InputGone):
        read_examples(str(tmp_path / "nowhere"))
