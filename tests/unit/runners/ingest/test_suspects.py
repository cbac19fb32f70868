"""Texts that look like numbers or dates in another spelling are told, and never guessed."""

from typing import Any

import pyarrow as pa
import pytest

from runners.contract.request import read_params
from runners.ingest.parameters import Parameters
from runners.ingest.suspects import Suspects
from runners.tables.summary import summary_of


def suspects(values: list[Any], **spec: Any) -> list[str]:
    source = {"files": {"url": "x", "format": "csv"}}
    found = Suspects({"x": "string"}, read_params(Parameters, {"source": source, **spec}))
    for value in values:
        batch = pa.RecordBatch.from_pydict({"x": pa.array([value], pa.string())})
        found.see(batch, summary_of(batch, {"x": "string"}))
    return [violation.fix for violation in found.violations()]


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
def test_the_setting_that_would_read_them_is_named(values: list[Any], settings: list[str]) -> None:
    (fix,) = suspects(values)
    assert [setting for setting in ("thousands", "decimal", "dates") if f"files.{setting}" in fix] == settings
    assert "columns.x.type: string" in fix


@pytest.mark.parametrize("values", [["1,5", "a"], ["02138"], [None, ""], ["a, b"], ["192.168.1.1"], ["1.2.3", "1.2.4"]])
def test_other_texts_are_texts(values: list[Any]) -> None:
    assert suspects(values) == []


def test_who_declares_a_text_or_names_rows_by_it_is_not_asked() -> None:
    assert suspects(["1,5"], columns={"x": {"type": "string"}}) == []
    assert suspects(["1,5"], identifier="x") == []
