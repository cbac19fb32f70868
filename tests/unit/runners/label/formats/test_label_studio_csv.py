"""Label Studio's CSV."""

from pathlib import Path

import pytest

from runners.contract import InputError
from tests.unit.runners.label.conftest import marks, read


def test_it_says_what_the_short_form_says(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "id,image,annotator,digit,updated_at\n"
        '7,a/1.png,3,five,2026-01-01\n8,a/2.png,4,"{""choices"":[""a"",""b""]}",2026-01-01\n9,a/3.png,4,,2026-01-01\n'
    )
    found = read(tmp_path, "label-studio-csv", "labels", "digit")
    assert [(a.annotator, a.label) for task in found for a in task.answers] == [("3", '["five"]'), ("4", '["a","b"]')]
    assert found[0].data == {"image": "a/1.png", "annotator": "3", "updated_at": "2026-01-01"}


def test_its_regions_are_json(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        'id,text,annotator,ner\n1,Bo,3,"[{""start"":0,""end"":2,""text"":""Bo"",""labels"":[""PER""]}]"\n2,x,3,\n'
    )
    found = marks(read(tmp_path, "label-studio-csv", "spans", "ner"))
    assert found == [("3", [("PER", (0, 2))]), ("3", [])]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,x\n1,2\n", "it has no column digit, but id, x"),
        ("", "it has no column digit, but none"),
        ("id,digit\n1,[x\n", "a cell is no JSON"),
        ('id,digit\n1,"x"y\n', "this is no CSV"),
    ],
)
def test_what_is_not_such_a_table_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        read(tmp_path, "label-studio-csv", "label", "digit")
    assert caught.value.fix
