"""Where data comes from, as a job is told it."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.contract.request import read_params
from runners.sources.parameters import DatasetSource, Source

CSV = {"url": "file:///x", "format": "csv"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({}, "exactly one of sql, files and table"),
        ({"files": CSV, "sql": {"url": "sqlite://", "query": "SELECT 1"}}, "exactly one of sql, files and table"),
        ({"files": {**CSV, "thousands": "."}}, "thousands and decimal are both"),
        ({"files": {**CSV, "encoding": "utf-9"}}, "there is no encoding utf-9"),
        ({"files": {**CSV, "delimiter": ";;"}}, "at most 1 character"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(source: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_params(Source, source)


def test_how_texts_spell_numbers_is_said_by_files_alone() -> None:
    files = read_params(Source, {"files": {**CSV, "decimal": ",", "thousands": "."}})
    assert (files.spellings.decimal, files.spellings.thousands) == (",", ".")
    assert read_params(Source, {"sql": {"url": "sqlite://", "query": "SELECT 1"}}).spellings.decimal == "."


@pytest.mark.parametrize(
    ("source", "moving"),
    [
        ({"files": CSV}, set()),
        ({"sql": {"url": "sqlite://", "query": "SELECT 1"}}, set()),
        ({"sql": {"url": "sqlite://", "query": "SELECT 1", "incremental": {"watermark": "at"}}}, {"at"}),
        ({"stream": {"protocol": "nats", "url": "x", "topics": ["a"]}}, set()),
        (
            {"stream": {"protocol": "kafka", "url": "x", "topics": ["a"], "metadata": ["offset", "topic"]}},
            {"_offset", "_topic"},
        ),
    ],
)
def test_what_moves_by_nature_is_told_by_the_source(source: dict[str, Any], moving: set[str]) -> None:
    assert read_params(DatasetSource, source).moving == moving
