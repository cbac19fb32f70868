"""Whole ingestions, of good data and of ugly data."""

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError, Request
from runners.contract.request import read_params
from runners.ingest.ingestion import ingest
from runners.ingest.parameters import Parameters
from runners.label.examples import read_examples
from runners.samples import census
from runners.tables.version import table_files
from runners.train import tabular
from tests.unit.runners.ingest.ingesting import TABLE_FILES, csv, ingested, load
from tests.unit.runners.sources.workbooks.made import cell, workbook
from tests.unit.runners.sources.workbooks.made import row as sheet_row


def test_without_a_schema_one_is_proposed_which_the_data_holds(tmp_path: Path) -> None:
    lines = [f"{n},{n % 40 + 18},{'ab'[n % 2]},{'' if n % 10 else 1.5}" for n in range(200)]
    file = csv(tmp_path, "\n".join(["id,age,kind,gap", *lines]))
    first = ingested(file, tmp_path / "first", identifier="id")
    proposed = first.facts["proposed_columns"]
    assert proposed == load(tmp_path / "first/schema.json")["proposed"]
    assert proposed["kind"] == {"type": "string", "enum": ["a", "b"]}
    assert proposed["gap"] == {"type": "number", "missing": 0.95}
    second = ingested(file, tmp_path / "second", identifier="id", columns=proposed)
    assert second.accepted
    assert "proposed_columns" not in second.facts
    assert second.content == first.content


def test_the_content_is_of_the_data_and_how_it_is_read(tmp_path: Path) -> None:
    file = csv(tmp_path, "id,y\n1,0\n2,1\n")
    contents = {
        ingested(file, tmp_path / "a").content,
        ingested(
            file, tmp_path / "c", columns={"id": {"type": "integer"}, "y": {"type": "integer", "maximum": 0}}
        ).content,
    }
    assert len(contents) == 1
    contents.add(ingested(file, tmp_path / "b", target="y").content)
    contents.add(ingested(file, tmp_path / "e", identifier="id").content)
    assert len(contents) == 3
    assert ingested(csv(tmp_path, "id,y\n1,0\n2,0\n"), tmp_path / "d").content not in contents


def test_what_heals_a_refusal_downstream_is_in_the_content(tmp_path: Path) -> None:
    """Else what was refused keeps its name, and stays refused."""
    file = csv(tmp_path, "id,y\n1,0\n2,1\n")
    before = ingested(file, tmp_path / "before")
    parquet.write_table(pa.table({"id": [1, 2], "label": ["a", "b"]}), tmp_path / "labels.parquet")
    inputs = {"dataset": str(tmp_path / "before"), "labels": str(tmp_path)}
    told = {"target": "label", "metric": {"name": "accuracy"}, "params": {"model": "logistic"}}
    trial = Request(run="experiments/x/1", runner="tabular", params=told, inputs=inputs, output=str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="the dataset names no identifier"):
        tabular.run(trial, tmp_path / "out")
    with pytest.raises(InputError, match="the table has no identifier"):
        read_examples(str(tmp_path / "before"))
    after = ingested(file, tmp_path / "after", identifier="id")
    assert len(read_examples(str(tmp_path / "after"))) == 2
    assert after.content != before.content


def test_data_that_breaks_its_schema_is_kept_but_not_accepted(tmp_path: Path) -> None:
    columns = {"id": {"type": "integer"}, "age": {"type": "integer", "maximum": 120}}
    result = ingested(csv(tmp_path, "id,age\n1,200\n2,old\n"), tmp_path / "out", columns=columns, identifier="id")
    assert [violation.what.split(": ")[1] for violation in result.violations] == ["row 2", "row 1"]
    assert parquet.read_table(tmp_path / "out/data.parquet")["age"].to_pylist() == ["200", "old"]
    assert "not of type integer: row 2" in (tmp_path / "out/profile.html").read_text()
    assert [found["examples"] for found in load(tmp_path / "out/violations.json")] == [
        [{"row": 2, "identifier": "'2'", "value": "'old'"}],
        [{"row": 1, "identifier": "'1'", "value": "'200'"}],
    ]


@pytest.mark.parametrize(
    ("text", "spec", "told"),
    [
        ("a,b\n", {}, "it has 0 rows"),
        ("a,b\n,\n,\n", {}, "every value of every column is missing"),
        ("a\n1\n", {"target": "y"}, "the column is not in the data"),
        ("a\n1\n", {"columns": {}}, "the column is not in the schema"),
        ("a\n1\n", {"minimum_rows": 2}, "fewer than minimum_rows 2"),
    ],
)
def test_poor_tables_are_refused_and_never_crash(tmp_path: Path, text: str, spec: dict[str, Any], told: str) -> None:
    result = ingested(csv(tmp_path, text), tmp_path / "out", **spec)
    assert any(told in violation.what for violation in result.violations)
    assert {file.name for file in (tmp_path / "out").iterdir()} == TABLE_FILES


@pytest.mark.parametrize(
    "rows",
    [
        [{"a" * 300: "x" * 100_000}],
        [{"$\\frac": "$\\oops{", "ünïcødé\t\n": "\x00\x07"}],
        [{"a.b": 1, "a": 2}],
        [{"a": 1e308}, {"a": -1e308}],
        [{"a": float("inf")}, {"a": 1.0}],
        [{"a": 2**62}, {"a": -(2**62)}],
        [{"a": [1, {"b": None}]}, {"a": None}],
        [{"a": True}, {"a": "true"}, {"a": 1}],
        [{"<script>alert(1)</script>": "</script>"}],
    ],
)
def test_odd_values_and_names_pass(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    ingested(file, tmp_path / "out", "jsonl", target="a")
    assert parquet.read_table(tmp_path / "out/data.parquet").num_rows == len(rows)
    assert "<script>" not in (tmp_path / "out/profile.html").read_text()


def test_parquet_of_every_type_is_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "dictionary": pa.array(["a", "b"]).dictionary_encode(),
            "small": pa.array([1, None], pa.uint8()),
            "list": pa.array([[1], []]),
            "day": pa.array([0, 1], pa.date32()),
            "time": pa.array([0, 1], pa.time64("us")),
            "bytes": pa.array([b"\xff", b"ok"]),
            "nothing": pa.nulls(2),
            "half": pa.array([0.5, 1.5], pa.float16()),
        }
    )
    parquet.write_table(table, tmp_path / "x.parquet")
    ingested(tmp_path / "x.parquet", tmp_path / "out", "parquet")
    read = parquet.read_table(tmp_path / "out/data.parquet")
    assert read.num_rows == 2
    assert read["list"].to_pylist() == ["[1]", "[]"]
    assert read["half"].to_pylist() == [0.5, 1.5]


def test_files_of_different_shapes_make_one_table(tmp_path: Path) -> None:
    for name, text in (("1.csv", "id,a\n1,5\n"), ("2.csv", "a,id,b\nx,2,new\n"), ("3.csv", "id\n3\n")):
        (tmp_path / name).write_text(text)
    ingested(tmp_path, tmp_path / "out")
    assert parquet.read_table(tmp_path / "out/data.parquet").to_pylist() == [
        {"id": 1, "a": "5", "b": None},
        {"id": 2, "a": "x", "b": "new"},
        {"id": 3, "a": None, "b": None},
    ]


def test_the_census_holds_the_schema_of_the_sample(tmp_path: Path) -> None:
    import yaml

    spec = yaml.safe_load((Path(__file__).parents[4] / "specs/datasets/employment.yaml").read_text())
    census(tmp_path / "census.db", [2015, 2018], rows=5000)
    sql = {"url": f"sqlite:///{tmp_path}/census.db", "query": spec["source"]["sql"]["query"]}
    fields = {name: spec[name] for name in ("columns", "identifier", "target")}
    result = ingest("datasets/employment", read_params(Parameters, {"source": {"sql": sql}, **fields}), tmp_path)
    assert result.violations == ()
    assert result.metrics["rows"] == 10_000
    assert {found["name"] for found in result.facts["preparations"]} >= {"encode", "scale"}


def test_values_of_sensitive_columns_stand_in_the_data_alone(tmp_path: Path) -> None:
    names = ["Ada", "Grace", "Edsger"]
    lines = [f"{n},{names[n % 3]},{n % 2},1985-02-0{n % 3 + 1},{n + 7_654_000}" for n in range(300)]
    columns: dict[str, Any] = {"id": {"type": "integer"}, "name": {"type": "string", "enum": ["Linus"]}}
    columns |= {"y": {"type": "integer"}, "born": {"type": "datetime"}, "pay": {"type": "integer", "maximum": 1}}
    for name in ("name", "born", "pay"):
        columns[name]["sensitive"] = True
    file = csv(tmp_path, "\n".join(["id,name,y,born,pay", *lines]))
    result = ingested(file, tmp_path / "out", columns=columns, identifier="id", target="y", timestamp="born")
    assert [violation.where for violation in result.violations] == ["name", "pay"]
    told = [result.model_dump_json(), (tmp_path / "out/croissant.json").read_text()]
    told += [(tmp_path / "out" / name).read_text() for name in ("profile.json", "profile.html", "violations.json")]
    for text in told:
        assert not any(value in text for value in (*names, "1985", "765400", "7654"))
    kept = load(tmp_path / "out/schema.json")["columns"]
    assert (kept["name"]["sensitive"], "sensitive" in kept["y"]) == (True, False)
    assert load(tmp_path / "out/schema.json")["proposed"]["pay"] == {"type": "integer", "sensitive": True}


def test_moments_up_to_the_end_of_the_calendar_are_taken(tmp_path: Path) -> None:
    moments = ["9999-12-31 23:59:59", "0001-01-01 00:00:00", "1969-12-31", "2024-01-31"]
    file = csv(tmp_path, "\n".join(["at", *moments]))
    result = ingested(file, tmp_path / "out")
    assert result.accepted
    told = load(tmp_path / "out/profile.json")["columns"]["at"]
    assert (told["minimum"], told["maximum"]) == ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00")


def test_long_answers_are_proposed_whole_and_hold(tmp_path: Path) -> None:
    stem = "I strongly agree with the statement that my working hours fit well with my family life - "
    file = tmp_path / "x.jsonl"
    file.write_text("".join(json.dumps({"id": n, "a": stem + ("always", "never")[n % 2]}) + "\n" for n in range(40)))
    first = ingested(file, tmp_path / "first", "jsonl", identifier="id", target="a")
    proposed = first.facts["proposed_columns"]
    assert proposed["a"]["enum"] == [stem + "always", stem + "never"]
    assert len(first.facts["target"]["balance"]) == 2
    assert ingested(file, tmp_path / "second", "jsonl", identifier="id", columns=proposed).accepted


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet", "images"])
def test_a_git_lfs_pointer_is_no_data(tmp_path: Path, format_: str) -> None:
    (tmp_path / "s").mkdir()
    name = {"images": "x.png"}.get(format_, f"x.{format_}")
    (tmp_path / "s" / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 5\n")
    with pytest.raises(InputError, match=f"{name} is a Git LFS pointer") as caught:
        ingested(tmp_path / "s", tmp_path / "out", format_)
    assert "git lfs pull" in caught.value.fix


def test_numbers_and_dates_of_other_places_are_read_as_the_source_says(tmp_path: Path) -> None:
    file = csv(tmp_path, "a;b;at\n1.234,5;1.000;04/03/2021\n2,25;7;31/12/2020\n")
    guessed = ingested(file, tmp_path / "guessed")
    assert [(violation.where, violation.fix.split("; or")[0]) for violation in guessed.violations] == [
        ("a", 'set source.files.decimal: "," (and thousands: "." where there are such)'),
        ("at", 'set source.files.dates, such as "%d/%m/%Y", or of this column alone {"at": "%d/%m/%Y"}'),
    ]
    settings = {"decimal": ",", "thousands": ".", "dates": "%d/%m/%Y"}
    result = ingested(file, tmp_path / "told", files=settings)
    assert result.accepted
    told = parquet.read_table(tmp_path / "told/data.parquet")
    assert told["a"].to_pylist() == [1234.5, 2.25]
    assert told["b"].to_pylist() == [1000, 7]
    assert [at.date().isoformat() for at in told["at"].to_pylist()] == ["2021-03-04", "2020-12-31"]


DATES = {"born": "%d.%m.%Y", "paid": "%m/%d/%Y", "odd": "%Y-%d-%m"}
"""The last looks like ISO 8601, and says another day."""


@pytest.mark.parametrize("format_", ["csv", "jsonl", "excel"])
@pytest.mark.parametrize("grows", [False, True])
@pytest.mark.parametrize("is_declared", [False, True])
def test_columns_may_write_their_dates_in_several_ways(
    tmp_path: Path, format_: str, *, grows: bool, is_declared: bool
) -> None:
    (place := tmp_path / "in").mkdir()
    days = [date(2021, 3, 4), date(2020, 12, 11), date(1999, 1, 2)]
    spelled = [{"at": f"{day}"} | {name: day.strftime(told) for name, told in DATES.items()} for day in days]
    rows = [{"id": n, **told} for n, told in enumerate(spelled)]
    place.joinpath(f"x.{SUFFIXES.get(format_, format_)}").write_bytes(written(rows, format_))
    columns = {"columns": {"id": {"type": "integer"}, **{name: {"type": "datetime"} for name in ["at", *DATES]}}}
    files = {"dates": DATES, **({"incremental": {"by": "files"}} if grows else {})}
    result = ingested(place, tmp_path / "out", format_, files=files, timestamp="at", **(columns if is_declared else {}))
    assert result.accepted, result.violations
    (data,) = table_files(tmp_path / "out")
    for found, day in zip(sorted(parquet.read_table(data).to_pylist(), key=lambda row: row["id"]), days, strict=True):
        assert {name: found[name].date() for name in ["at", *DATES]} == dict.fromkeys(["at", *DATES], day)


SUFFIXES = {"excel": "xlsx"}


def written(rows: list[dict[str, Any]], format_: str) -> bytes:
    names = list(rows[0])
    if format_ == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if format_ == "csv":
        lines = [names, *([str(row[name]) for name in names] for row in rows)]
        return "".join(",".join(line) + "\n" for line in lines).encode()
    cells = [[cell("", name, "str") for name in names]]
    cells += [[cell("", str(row[name]), "n" if name == "id" else "str") for name in names] for row in rows]
    return workbook("".join(sheet_row(n, *line) for n, line in enumerate(cells, 1)).replace(' r=""', ""))


def test_a_column_of_dates_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = ingested(csv(tmp_path, "id,born\n1,01.02.2003\n"), tmp_path / "out", files={"dates": {"borm": "%d.%m.%Y"}})
    told = {violation.where: violation for violation in result.violations}
    assert "the nearest one is born" in told["borm"].what
    assert "source.files.dates" in told["borm"].fix
    assert '{"born": "%d/%m/%Y"}' in told["born"].fix


def test_what_was_not_looked_for_in_a_growing_table_is_told(tmp_path: Path) -> None:
    """Its rows repeat, and only a reading of all of them would say so."""
    with sqlite3.connect(tmp_path / "grows.db") as database:
        database.execute("CREATE TABLE t (at INTEGER, x REAL)")
        database.executemany("INSERT INTO t VALUES (?, ?)", [(n, n * 0.37) for n in range(300)] * 2)
    database.close()
    sql = {"url": f"sqlite:///{tmp_path}/grows.db", "query": "SELECT * FROM t"}
    for grows, kind in ((False, "duplicate_rows"), (True, "rows_unseen")):
        source = {**sql, **({"incremental": {"watermark": "at", "lag": 0}} if grows else {})}
        (folder := tmp_path / kind).mkdir()
        result = ingest("t", read_params(Parameters, {"source": {"sql": source}}), folder)
        kinds = {finding["kind"] for finding in result.facts["findings"]}
        assert (kind in kinds, len(kinds & {"duplicate_rows", "rows_unseen"})) == (True, 1)
        assert ("weren't looked for" in (folder / "profile.md").read_text()) == grows
