"""Doccano."""

from pathlib import Path

import pytest

from runners.contract import InputError
from tests.unit.runners.label.conftest import marks, read, refused


def test_classes_of_texts_are_labels(tmp_path: Path) -> None:
    (tmp_path / "bo.jsonl").write_text('{"text": "x", "label": ["a", "b"]}\n\n{"text": "y", "label": ["c"]}\n')
    assert [a.label for task in read(tmp_path, "doccano", "labels") for a in task.answers] == ['["a","b"]', '["c"]']
    with pytest.raises(InputError, match="it has 2 labels, and one label is merged"):
        read(tmp_path, "doccano", "label")


def test_a_line_is_an_example_whatever_signs_it_holds(tmp_path: Path) -> None:
    (tmp_path / "bo.jsonl").write_text('{"text": "a\u2028b", "label": ["x"]}\r\n', "utf-8", newline="")
    assert [task.data for task in read(tmp_path, "doccano", "label")] == [{"text": "a\u2028b"}]


def test_spans_stand_beside_relations_too(tmp_path: Path) -> None:
    entity = '{"id": 7, "label": "PER", "start_offset": 0, "end_offset": 2}'
    (tmp_path / "bo.jsonl").write_text(f'{{"text": "Bo", "entities": [{entity}], "relations": []}}\n')
    assert marks(read(tmp_path, "doccano", "spans")) == [("bo", [("PER", (0, 2))])]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "this is no JSON"),
        ("[]", "this is no JSON object"),
        ('{"label": [[1, 2]]}', "neither a text nor"),
        ('{"label": [["x", 2, "PER"]]}', "an end of a span is `x`"),
    ],
)
def test_what_is_not_doccanos_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, "doccano", "1.jsonl", text).what
