"""How two commits' specs differ."""

from reconciler.model.ids import Address
from reconciler.reviews.difference import Line, between

A, B, C = map(Address, "abc")


def test_fields_that_differ_are_told_one_by_one() -> None:
    before = {A: {("x",): 1, ("y",): 2}, B: {("x",): 1}}
    after = {A: {("x",): 3, ("z", "deep"): 4}, C: {("x",): 1}}
    lines = between(before, after)
    assert lines == [
        Line("~", A, ("x",), 1, 3),
        Line("-", A, ("y",), 2, None),
        Line("+", A, ("z", "deep"), None, 4),
        Line("-", B, ()),
        Line("+", C, ()),
    ]
    assert [line.field for line in lines] == ["x", "y", "z.deep", "", ""]
