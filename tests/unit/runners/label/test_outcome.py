"""Merged labels as a table."""

from typing import Any

import numpy as np
import pytest

from runners.label.kinds import kind_of
from runners.label.matching import Matched
from runners.label.outcome import content_of, table_of
from runners.label.parameters import Parameters
from tests.unit.runners.label.conftest import said


@pytest.mark.parametrize(
    ("answer", "texts", "values"),
    [
        ("label", ["a", "b"], ["a", None]),
        ("labels", ["[]", '["b"]'], [[], None]),
        (
            "boxes",
            ['[["a",0,0,0.5,1]]', "[]"],
            [[{"label": "a", "left": 0, "top": 0, "right": 0.5, "bottom": 1}], None],
        ),
        ("spans", ['[["a",0,4]]', "[]"], [[{"label": "a", "start": 0, "end": 4}], None]),
    ],
)
def test_a_row_is_an_example_and_what_is_not_used_is_missing(answer: Any, texts: list[str], values: list[Any]) -> None:
    answers = said({n: {"x": text, "y": text} for n, text in enumerate(texts)})
    kind = kind_of(Parameters.model_validate({"exports": {"url": "x"}, "answer": answer}), Matched(answers))
    merged, is_used = kind.merge(answers), np.array([True, False])
    table = table_of(answers, merged, is_used, kind)
    told = ["chances"] if answer in ("label", "labels") else []
    assert table.column_names == ["id", kind.column, "confidence", "disputed", "votes", "answers", *told]
    assert table[kind.column].to_pylist() == values
    assert table["votes"].to_pylist() == [2, 2]
    assert content_of(merged, is_used, table) != content_of(merged, np.array([True, True]), table)
