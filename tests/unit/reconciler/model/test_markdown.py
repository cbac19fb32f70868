"""Markdown as forges render it."""

from reconciler.model.markdown import figure, table


def test_a_table_has_a_line_for_its_heads_and_one_for_each_row() -> None:
    assert table(("a", "b"), [("1", "2"), ("3", "4")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"
    assert table(("a",), []) == "| a |\n| --- |"


def test_bars_and_line_breaks_do_not_break_a_table() -> None:
    assert table(("a",), [("x|y\nz",)]).splitlines()[-1] == "| x\\|y z |"


def test_figures_have_four_digits_that_say_something() -> None:
    told = [figure(value) for value in (0.123456, 12345.678, 3.0, 7, "text", None, True)]
    assert told == ["0.1235", "1.235e+04", "3", "7", "text", "", "True"]
