"""The command line of the samples."""

from pathlib import Path

import pytest

from runners.samples.__main__ import main


def test_the_demo_fills_a_database_in_two_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "census.db"
    assert main(["census", str(path), "--years", "2015-2016", "--rows", "10", "--without-outcomes"]) == 0
    assert main(["outcomes", str(path), "--years", "2015,2016"]) == 0
    assert capsys.readouterr().out == f"{path}: 20 rows added\n{path}: 20 outcomes arrived\n"


def test_digits_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digits", str(tmp_path / "digits")]) == 0
    assert "1,797 pictures" in capsys.readouterr().out
    assert (tmp_path / "digits" / "images" / "1796.png").is_file()


@pytest.mark.parametrize(
    ("years", "told"), [("2012", "no census rows of 2012"), ("some", "`some` names no years"), ("", "names no years")]
)
def test_wrong_years_are_told_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], years: str, told: str
) -> None:
    assert main(["census", str(tmp_path / "census.db"), "--years", years]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_outcomes_without_a_database_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", str(tmp_path / "none.db")]) == 1
    assert "make it with" in capsys.readouterr().err
