"""The verdict of the schema."""

from typing import Any

import pyarrow as pa
import pytest

from runners.contract import InputError, Violation
from runners.ingest.parameters import Parameters
from runners.ingest.verdict import Counted, Verdict

HALF = "1 of 2 values (50.00%) is "
SOURCE = {"sql": {"url": "sqlite:///x.db", "query": "SELECT 1"}}


def judged(columns: dict[str, Any], *batches: dict[str, list[Any]], **spec: Any) -> tuple[Violation, ...]:
    """Return the violations of some batches of rows."""
    params = Parameters.model_validate({"source": SOURCE, "columns": columns, **spec})
    verdict = Verdict(params)
    tables = [pa.RecordBatch.from_pydict(batch) for batch in batches]
    present = list(dict.fromkeys(name for table in tables for name in table.schema.names))
    for table in tables:
        verdict.see(table, present)
    whole = pa.concat_tables([pa.Table.from_batches([table]) for table in tables], promote_options="permissive")

    def counted(name: str) -> Counted:
        values = whole[name].drop_null()
        return Counted(len(values), len(values.unique()))

    return verdict.violations(present, counted)


def test_data_that_holds_its_schema_breaks_nothing() -> None:
    columns = {"id": {"type": "integer", "unique": True}, "sex": {"type": "string", "enum": ["1", "2"]}}
    assert judged(columns, {"id": [1, 2], "sex": ["1", "2"]}, identifier="id", target="sex") == ()


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ({"type": "integer"}, ["1", "x"], HALF + "not of type integer: row 2"),
        ({"type": "number", "minimum": 0}, [-1.5, 0.0], HALF + "below minimum 0: row 1"),
        (
            {"type": "integer", "maximum": 3},
            [4, 5],
            "2 of 2 values (100.00%) are above maximum 3: row 1, row 2",
        ),
        ({"type": "string", "enum": ["a"]}, ["a", "b"], HALF + "not one of a: row 2"),
        ({"type": "integer", "enum": [1, 2]}, [2, 3], HALF + "not one of 1, 2: row 2"),
        ({"type": "number", "enum": [1, 2.5]}, [1.0, 2.0], HALF + "not one of 1, 2.5: row 2"),
        ({"type": "boolean", "enum": [True]}, [True, False], HALF + "not one of True: row 2"),
        ({"type": "string", "pattern": "^a+$"}, ["aa", "ab"], HALF + "without a match of ^a+$: row 2"),
        ({"type": "integer"}, [1, None], HALF + "missing, allowed are 0.00%: row 2"),
        (
            {"type": "integer", "unique": True},
            [1, 1],
            "1 of 2 values repeats an earlier one, which columns.x.unique forbids",
        ),
        ({"type": "datetime"}, ["2024-01-01", "soon"], HALF + "not of type datetime: row 2"),
        (
            {"type": "datetime", "enum": ["2024-01-01"]},
            ["2024-01-01", "2024-01-02"],
            HALF + "not one of 2024-01-01: row 2",
        ),
    ],
)
def test_each_rule_tells_count_share_and_examples(column: dict[str, Any], values: list[Any], told: str) -> None:
    (violation,) = judged({"x": column}, {"id": [1, 2], "x": values}, identifier="id", extra_columns="allow")
    assert (violation.where, violation.what) == ("x", told)
    assert violation.fix


def test_bounds_of_large_whole_numbers_are_exact() -> None:
    large = 2**60 + 1
    columns = {"x": {"type": "integer", "minimum": large, "maximum": large}}
    assert judged(columns, {"x": [large]}) == ()
    assert len(judged(columns, {"x": [large - 1, large, large + 1]})) == 2
    assert judged({"x": {"type": "integer", "maximum": 1e300, "minimum": -1e300}}, {"x": [2**63 - 1, -(2**63)]}) == ()


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = judged(
        {
            "age": {"type": "integer", "minimum": 0, "maximum": 120},
            "sex": {"type": "string", "enum": ["1", "2"]},
            "gone": {"type": "string"},
        },
        {"age": ["-3", "200", "old", None], "sex": ["3", "1", "2", "1"], "extra": [1, 2, 3, 4]},
        target="salery",
        minimum_rows=10,
    )
    assert [(violation.where, violation.what.split(":")[0].split(" (")[0]) for violation in found] == [
        ("table", "it has 4 rows, fewer than minimum_rows 10"),
        ("gone", "the column is not in the data"),
        ("salery", "the column is not in the data"),
        ("extra", "the column is not in the schema"),
        ("age", "1 of 4 values"),
        ("age", "1 of 4 values"),
        ("age", "1 of 4 values"),
        ("sex", "1 of 4 values"),
        ("age", "1 of 4 values"),
    ]


def test_five_rows_are_named_at_most_over_all_batches() -> None:
    found = judged({"x": {"type": "integer", "maximum": 0}}, {"x": [1, 0, 2]}, {"x": [3, 4, 5, 6]})
    assert found[0].what == ("6 of 7 values (85.71%) are above maximum 0: row 1, row 3, row 4, row 5, row 6, …")


def test_a_share_that_is_almost_nothing_is_not_called_nothing() -> None:
    (violation,) = judged({"x": {"type": "integer", "maximum": 0}}, {"x": [1] + [0] * 20_000})
    assert violation.what == "1 of 20,001 values (under 0.01%) is above maximum 0: row 1"


def test_rows_without_a_value_are_named_over_all_batches() -> None:
    (violation,) = judged({"x": {"type": "integer"}}, {"x": [None, 1, None]}, {"x": [None] * 4 + [1]})
    assert violation.what == (
        "6 of 8 values (75.00%) are missing, allowed are 0.00%: row 1, row 3, row 4, row 5, row 6, …"
    )


def test_values_stand_in_the_details_only_and_those_of_sensitive_columns_nowhere() -> None:
    columns = {"x": {"type": "integer", "missing": 0.0}, "name": {"type": "integer", "sensitive": True}}
    columns["id"] = {"type": "string", "sensitive": True}
    rows = {"x": ["y" * 1000, None], "name": ["Ada", "1"], "id": ["a", "b"]}

    def details(identifier: str | None) -> Any:
        params = Parameters.model_validate({"source": SOURCE, "columns": columns, "identifier": identifier})
        verdict = Verdict(params)
        verdict.see(pa.RecordBatch.from_pydict(rows), list(rows))
        assert not {"Ada", "yyy"} & set(str(verdict.violations(list(rows), lambda _: Counted(2, 2))).split("'"))
        return verdict.details()

    shown = details(None)
    assert shown[0]["examples"] == [{"row": 1, "value": "'" + "y" * 39 + "…'"}]
    assert shown[1:] == [
        {"where": "name", "what": "not of type integer", "examples": [{"row": 1}]},
        {"where": "x", "what": "missing", "examples": [{"row": 2}]},
    ]
    assert details("id") == shown
    columns["id"]["sensitive"] = False
    assert details("id")[1]["examples"] == [{"row": 1, "identifier": "'a'"}]


@pytest.mark.parametrize(
    ("type_", "hint"), [("number", "decimal or thousands"), ("integer", "thousands"), ("datetime", "dates")]
)
def test_a_misfit_of_a_text_names_the_setting_of_its_source(type_: str, hint: str) -> None:
    files = {"files": {"url": "x", "format": "csv"}}
    verdict = Verdict(Parameters.model_validate({"source": files, "columns": {"x": {"type": type_}}}))
    verdict.see(pa.RecordBatch.from_pydict({"x": ["1,5"]}), ["x"])
    (violation,) = verdict.violations(["x"], lambda _: Counted(1, 1))
    assert f"source.files.{hint} where" in violation.fix


def test_a_missing_share_is_allowed_up_to_its_limit() -> None:
    columns = {"x": {"type": "string", "missing": 0.5}}
    assert judged(columns, {"x": ["a", None]}) == ()
    assert "66.67%" in judged(columns, {"x": ["a", None, None]})[0].what


def test_a_column_that_a_part_of_the_source_lacks_is_missing_there() -> None:
    (violation,) = judged({"x": {"type": "integer"}, "y": {"type": "integer"}}, {"x": [1], "y": [1]}, {"x": [2]})
    assert (violation.where, violation.what) == ("y", HALF + "missing, allowed are 0.00%: row 2")


def test_texts_that_mean_missing_are_missing_and_no_misfits() -> None:
    assert judged({"x": {"type": "number", "missing": 0.5}}, {"x": ["1.5", "NA"]}) == ()


def test_extra_columns_may_be_allowed() -> None:
    assert judged({"x": {"type": "integer"}}, {"x": [1], "y": [1]}, extra_columns="allow") == ()


def test_the_nearest_name_is_told() -> None:
    found = judged({"salary": {"type": "integer"}}, {"salery": [1]}, extra_columns="allow")
    assert found[0].what == "the column is not in the data; the nearest one is salery"


def test_an_identifier_names_every_row_once_even_without_a_schema() -> None:
    verdict = Verdict(Parameters.model_validate({"source": SOURCE, "identifier": "id", "partition": ["year"]}))
    verdict.see(pa.RecordBatch.from_pydict({"id": [1, 1, None]}), ["id"])
    found = verdict.violations(["id"], lambda _: Counted(2, 1))
    assert [violation.where for violation in found] == ["year", "id", "id"]
    assert found[1].what == "1 of 3 values repeats an earlier one, which identifier forbids"
    assert found[2].what == "1 of 3 rows has no identifier"


def test_no_rows_and_no_values_are_told() -> None:
    assert "it has 0 rows" in judged({"x": {"type": "integer"}}, {"x": []})[0].what
    assert judged({"x": {"type": "integer"}}, {"x": []}, minimum_rows=0) == ()
    verdict = Verdict(Parameters.model_validate({"source": SOURCE}))
    verdict.see(pa.RecordBatch.from_pydict({"x": [None]}), ["x"])
    (violation,) = verdict.violations(["x"], lambda _: Counted(0, 0), all_missing=True)
    assert violation.what == "every value of every column is missing"


def test_a_pattern_that_is_no_expression_is_the_specs_fault() -> None:
    with pytest.raises(InputError, match="Invalid regular expression") as caught:
        judged({"x": {"type": "string", "pattern": "(?=a)b"}}, {"x": ["b"]})
    assert caught.value.where == "columns.x.pattern"


def test_a_pattern_is_safe_from_backtracking() -> None:
    assert len(judged({"x": {"type": "string", "pattern": "^(a+)+$"}}, {"x": ["a" * 5000 + "b"]})) == 1
