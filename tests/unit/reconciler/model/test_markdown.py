"""Markdown as forges render it."""

from reconciler.model.markdown import code, escaped, figure, table


def test_a_table_has_a_line_for_its_heads_and_one_for_each_row() -> None:
    assert table(("a", "b"), [("1", "2"), ("3", "4")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |"
    assert table(("a",), []) == "| a |\n| --- |"


def test_bars_and_line_breaks_do_not_break_a_table() -> None:
    assert table(("a",), [("x|y\nz",)]).splitlines()[-1] == "| x\\|y z |"


def test_figures_have_four_digits_that_say_something() -> None:
    told = [figure(value) for value in (0.123456, 12345.678, 3.0, 7, "text", None, True)]
    assert told == ["0.1235", "12346", "3", "7", "text", "", "True"]


def test_figures_have_an_exponent_only_where_they_must() -> None:
    told = [figure(value) for value in (0.0, 29770.0, 0.00012345, 1.5e-7, -3.14159, 2e15, float("inf"), 9.99999)]
    assert told == ["0", "29770", "0.0001234", "1.5e-07", "-3.142", "2e+15", "inf", "10"]


def test_what_others_wrote_is_no_markdown() -> None:
    told = escaped("<img src=x> [a](b) *c* _d_ roc_auc ![e](f) @team a@b `<code>`\nnext \x1b[31m")
    assert told == (
        "&lt;img src=x&gt; \\[a\\](b) \\*c\\* \\_d\\_ roc_auc !\\[e\\](f) @\u2060team a@b `<code>` next \\\\x1b\\[31m"
    )


def test_an_address_of_others_is_no_link_by_itself() -> None:
    told = escaped("at https://a.example/b_c, WWW.a.example: 10:30, a//b and `http://code`")
    assert told == "at https&#58;//a.example/b_c, WWW&#46;a.example: 10:30, a//b and `http://code`"


def test_code_holds_whatever_is_in_it() -> None:
    assert [code(text) for text in ("a", "a`b", "``", "<b>\n")] == ["`a`", "`` a`b ``", "``` `` ```", "`<b> `"]
