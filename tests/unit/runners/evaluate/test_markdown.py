"""Markdown: tables that stay tables, and figures of four digits."""

import pytest

from runners.evaluate.markdown import figure, table


def test_a_table_is_a_table() -> None:
    assert table(("a", "b"), [("1", "x|y")]) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"
    assert table(("a",), [("<img src=x>\n## b",)]).endswith("| &lt;img src=x> ## b |")


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(0.12345, False, "0.1235"), (0.5, True, "+0.5000"), (-0.5, True, "-0.5000"), (None, False, ""),
     (123456.0, False, "1.235e+05"), (123456.0, True, "+1.235e+05")],
)  # fmt: skip
def test_figures_have_four_digits(value: float | None, signed: bool, text: str) -> None:
    assert figure(value, signed) == text
