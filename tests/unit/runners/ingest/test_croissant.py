"""Croissant metadata."""

import json

from runners.ingest.croissant import CONTEXT, describe_dataset

FILE = {"path": "data.parquet", "bytes": 12, "sha256": "ab"}


def test_a_table_is_described_by_the_format() -> None:
    told = describe_dataset("datasets/loans", "data.parquet", [FILE], {"id": "integer", "when": "datetime"}, "id")
    assert told["@type"] == "sc:Dataset"
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    (file,) = told["distribution"]
    assert (file["@id"], file["encodingFormat"], file["sha256"]) == ("data.parquet", "application/x-parquet", "ab")
    (records,) = told["recordSet"]
    assert records["key"] == {"@id": "records/id"}
    assert [field["dataType"] for field in records["field"]] == ["sc:Integer", "sc:DateTime"]
    assert {field["source"]["fileObject"]["@id"] for field in records["field"]} == {file["@id"]}
    json.dumps(told)


def test_ids_are_unique_and_every_term_is_in_the_context() -> None:
    told = describe_dataset("d", "data.parquet", [FILE], {"a": "string", "b": "number"}, None, media=("image/png",))
    ids = [part["@id"] for part in told["distribution"]] + [field["@id"] for field in told["recordSet"][0]["field"]]
    assert len(set(ids)) == len(ids)
    assert "key" not in told["recordSet"][0]
    schema_org = {"name", "description", "distribution", "contentUrl", "contentSize", "encodingFormat", "sha256"}
    used = set(told) | {key for part in told["distribution"] for key in part} | set(told["recordSet"][0])
    assert {key for key in used if not key.startswith("@")} <= schema_org | set(CONTEXT)


def test_image_files_are_a_set() -> None:
    told = describe_dataset("d", "data.parquet", [FILE], {"id": "string"}, "id", media=("image/jpeg", "image/png"))
    assert told["distribution"][1]["includes"] == "images/**"
    assert told["distribution"][1]["encodingFormat"] == ["image/jpeg", "image/png"]


def test_what_people_say_of_a_column_stands_in_its_field() -> None:
    types = {"a": "integer", "b": "string"}
    told = describe_dataset("d", "data.parquet", [FILE], types, None, meanings={"a": "How old, in years"})
    first, second = told["recordSet"][0]["field"]
    assert first["description"] == "How old, in years"
    assert "description" not in second


def test_parts_are_files_and_a_set_of_them_which_the_columns_are_read_from() -> None:
    parts = [{**FILE, "path": f"data.parquet/{place}.parquet"} for place in (0, 1)]
    told = describe_dataset("d", "data.parquet", parts, {"id": "string"}, "id")
    assert [one["@type"] for one in told["distribution"]] == ["cr:FileObject", "cr:FileObject", "cr:FileSet"]
    assert told["distribution"][2]["includes"] == "data.parquet/*.parquet"
    assert told["recordSet"][0]["field"][0]["source"]["fileSet"] == {"@id": "data.parquet"}
