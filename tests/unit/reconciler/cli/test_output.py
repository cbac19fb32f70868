"""The command line: output."""

from rich.console import Console

from reconciler.cli.output import Row, figures, overview, row_of


def test_a_row_comes_from_the_ready_condition() -> None:
    document = {"state": "ready", "conditions": [{"type": "Ready", "reason": "R", "message": "m", "since": "s"}]}
    assert row_of("a/b", document) == Row("a/b", "ready", "R", "m", "s")
    assert row_of("a/b", {}) == Row("a/b", "waiting", "", "")


def test_figures_have_four_decimals() -> None:
    out = Console(width=80)
    with out.capture() as captured:
        out.print(figures(("a", "b"), [(0.5, None)]))
        out.print(overview([Row("a/b", "stalled", "R", "why")], "title"))
    assert "0.5000" in captured.get()
    assert "why" in captured.get()
