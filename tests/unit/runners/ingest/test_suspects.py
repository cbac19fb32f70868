"""Texts that look like numbers or dates in another spelling are told, and never guessed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract.request import read_params
from runners.ingest.parameters import Parameters
from runners.ingest.suspects import find_suspects


def suspects(folder: Path, values: list[Any], **spec: Any) -> list[str]:
    parquet.write_table(pa.table({"x": pa.array(values, pa.string())}), folder / "t.parquet")
    source = {"files": {"url": "x", "format": "csv"}}
    params = read_params(Parameters, {"source": source, **spec})
    return [violation.fix for violation in find_suspects(folder / "t.parquet", {"x": "string"}, params)]


@pytest.mark.parametrize(
    ("values", "settings"),
    [
        (["1,5", "2", None, "NA"], ["decimal"]),
        (["1.234,56", "7"], ["decimal"]),
        (["1,234.5", "7"], ["thousands"]),
        (["1,234", "7"], ["thousands", "decimal"]),
        (["04/03/2021", "4.3.21"], ["dates"]),
        (["04/03/2021 10:00"], ["dates"]),
    ],
)
def test_the_setting_that_would_read_them_is_named(tmp_path: Path, values: list[Any], settings: list[str]) -> None:
    (fix,) = suspects(tmp_path, values)
    assert [setting for setting in ("thousands", "decimal", "dates") if f"files.{setting}" in fix] == settings
    assert "columns.x.type: string" in fix


@pytest.mark.parametrize("values", [["1,5", "a"], ["02138"], [None, ""], ["a, b"], ["192.168.1.1"], ["1.2.3", "1.2.4"]])
def test_other_texts_are_texts(tmp_path: Path, values: list[Any]) -> None:
    assert suspects(tmp_path, values) == []


def test_who_declares_a_text_or_names_rows_by_it_is_not_asked(tmp_path: Path) -> None:
    assert suspects(tmp_path, ["1,5"], columns={"x": {"type": "string"}}) == []
    assert suspects(tmp_path, ["1,5"], identifier="x") == []
