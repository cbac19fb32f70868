"""How files are written, found out from files."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.survey.written import Asked, written

ROWS = "".join(f"{n},{n / 8},{'ab'[n % 2]}\n" for n in range(20))


def test_a_plain_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,x,y\n" + ROWS)
    told = written(str(tmp_path / "x.csv"), Asked())
    assert told.names == ("id", "x", "y")
    assert (told.source.encoding, told.source.delimiter, told.source.decimal, told.source.names) == (
        "utf-8",
        ",",
        ".",
        None,
    )


def test_one_of_a_spreadsheet(tmp_path: Path) -> None:
    text = "Straße;Größe\n" + "".join(f"Weg {n};1.{n:03},5\n" for n in range(20))
    (tmp_path / "x.csv").write_bytes(text.encode("cp1252"))
    told = written(str(tmp_path / "x.csv"), Asked()).source
    assert (told.encoding, told.delimiter, told.decimal, told.thousands) == ("cp1252", ";", ",", ".")


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",x,\n" + ROWS)
    told = written(str(tmp_path / "x.csv"), Asked())
    assert told.source.names == ("row", "x", "column_3")
    assert told.source.skip == 1


def test_a_name_that_is_taken_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",row,y\n" + ROWS)
    assert written(str(tmp_path / "x.csv"), Asked()).names == ("row_", "row", "y")


def test_what_is_said_is_not_found_out(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a|b;c\n1|2;3\n")
    assert written(str(tmp_path / "x.csv"), Asked(delimiter="|")).names == ("a", "b;c")


@pytest.mark.parametrize(
    ("content", "what"),
    [("", "is empty"), ("a,a\n1,2\n", "two columns are called a"), ('a,"b\n1,2\n', "has no end")],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "x.csv").write_text(content)
    with pytest.raises(InputError, match=what):
        written(str(tmp_path / "x.csv"), Asked())


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="a folder"):
        written(str(tmp_path), Asked())
