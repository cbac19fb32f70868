"""`python -m runners.survey`, as the command line starts it."""

import json
from pathlib import Path

import pytest

from runners.contract.exits import REFUSED
from runners.survey.__main__ import main


def test_it_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("x;y\n" + "".join(f"{n % 7},5;{'ab'[n % 2]}\n" for n in range(60)))
    assert main([str(tmp_path / "x.csv"), "--target=y", "--delimiter=;", "--decimal=,", "--encoding=utf-8"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["source"] == {"format": "csv", "delimiter": ";", "decimal": ","}


def test_what_is_wrong_is_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "x.csv"), "--target=y"]) == REFUSED
    assert json.loads(capsys.readouterr().out)["error"]["what"]
