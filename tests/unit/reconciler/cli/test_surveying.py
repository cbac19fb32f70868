"""A survey by a process of the runners, and what it says when it can't."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.surveying import Wish, _answer, surveyed
from reconciler.model.errors import Refused, Unavailable


@pytest.mark.slow
def test_a_file_is_surveyed(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("x,y\n" + "".join(f"{n % 7},{'ab'[n % 2]}\n" for n in range(60)))
    assert surveyed(Wish(file, "y"))["task"]["name"] == "binary"


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="there is no file"):
        surveyed(Wish(tmp_path / name, "y"))


@pytest.mark.parametrize("name", ["${x}.csv", "a::b.csv", "a\nb.csv"])
def test_a_path_that_no_spec_can_say_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x\n")
    with pytest.raises(Refused, match="no spec can say"):
        surveyed(Wish(tmp_path / name, "y"))


def done(out: str, err: str = "", code: int = 2) -> "subprocess.CompletedProcess[str]":
    return subprocess.CompletedProcess([], code, out, err)


def test_its_words_are_those_of_the_command_line() -> None:
    text = '{"error": {"what": "no", "where": "x.csv:7", "fix": "close it, or set source.files.delimiter"}}'
    with pytest.raises(Refused, match="no") as told:
        _answer(done(text), Path("there/x.csv"))
    assert (told.value.message, told.value.hint) == ("x.csv:7: no", "close it, or say --delimiter")


def test_one_that_dies_is_told() -> None:
    with pytest.raises(Unavailable, match=r"couldn't be looked at: MemoryError"):
        _answer(done("", "Traceback\nMemoryError", 1), Path("x.csv"))
    with pytest.raises(Unavailable, match="it ended with -9"):
        _answer(done("", "", -9), Path("x.csv"))
