"""Examples of rows, and what of them may be shown."""

import pyarrow as pa

from runners.ingest.examples import Example, Shown, as_json, first, listed, rows_of, shown
from tests.unit.runners.ingest.tables_at_random import params

BATCH = pa.RecordBatch.from_pydict({"id": ["p", "q"], "x": [1.0, None], "y": ["long" * 20, "s"]})


def test_an_example_names_its_row_and_shows_what_is_not_sensitive() -> None:
    columns = {"y": {"type": "string", "sensitive": True}}
    made = Shown(params(identifier="id", columns=columns))
    assert made.example(8, 1, BATCH, "x") == Example(8, "'q'", None)
    assert made.example(7, 0, BATCH, "x") == Example(7, "'p'", "'1'")
    assert made.example(7, 0, BATCH, "y") == Example(7, "'p'", None)
    assert as_json(made.example(7, 0, BATCH, "gone")) == {"row": 7, "identifier": "'p'"}


def test_a_few_are_listed_and_that_there_are_more() -> None:
    assert rows_of([Example(1), Example(2000)], 3) == "row 1, row 2,000, …"
    assert listed(["a"], 1) == "a"
    assert first(pa.array([True, False, True, True]), 2) == [0, 2]
    assert first(pa.array([True]), 0) == []
    assert len(shown("x" * 99)) == 42
