"""The pages say the verdict first, render on forges, and the HTML needs no other file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from runners.monitor.figures import Part
from runners.monitor.header import Occasion, too_few, with_history
from runners.monitor.pages import NONE, cell, coded, error, figure, headline, moment, page, percent, write_pages
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import Log
from runners.monitor.report import Pictures, Report, ServicePart, Span, WindowPart
from tests.unit.runners.monitor.example import FOUND, LOOSE, RISK, RUN, SEGMENTS, SHOWN, WINDOW, bare, document

NOTHING = with_history(too_few(Occasion(RUN, WINDOW, Parameters(), Log())))
REPORTS = {
    "alert": document(former=2),
    "ok": document(LOOSE),
    "bare": bare(),
    "nothing": NOTHING,
    "risk": document(found=replace(FOUND, risk=RISK)),
    "no outcomes": document(found=replace(FOUND, risk_gap="no outcomes are configured (`outcomes`)")),
    "out of reach": document(found=replace(FOUND, risk=RISK, risk_gap="the outcomes couldn't be joined")),
    "pictures": document(found=replace(FOUND, appearances=SHOWN)),
    "noted": document().model_copy(update={"service": ServicePart(note="Out of reach: <none>")}),
}
PICTURES = Pictures(**{name: f"plots/{name}.svg" for name in Pictures.model_fields})
VOID = {"meta", "img", "br", "link"}


def written(folder: Path, report: Report) -> tuple[str, str]:
    (folder / "plots").mkdir()
    pictures = Pictures() if report.verdict == "not_enough_data" else PICTURES
    for path in pictures.items().values():
        (folder / path).write_bytes(b"<svg/>")
    write_pages(report, pictures, folder)
    return (folder / "report.md").read_text("utf-8"), (folder / "report.html").read_text("utf-8")


class Balanced(HTMLParser):
    """Checks that every element is closed in its order, and collects the addresses of other files."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [] if tag in VOID else [tag]
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_renders(tmp_path: Path, name: str) -> None:
    markdown, html = written(tmp_path, REPORTS[name])
    assert markdown.startswith(f"# {headline(REPORTS[name])}\n")
    assert not re.search(r"\n{4,}|None|\{\{|\{%|Undefined", markdown)
    page = Balanced()
    page.feed(html)
    assert not page.open
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.addresses)


def test_tables_stay_tables(tmp_path: Path) -> None:
    markdown, _ = written(tmp_path, REPORTS["alert"])
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines() if line.startswith("|")]
    blocks = re.split(r"\n\n", markdown)
    tables = [block.splitlines() for block in blocks if block.lstrip().startswith("|")]
    assert widths
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table if line}) == 1, table
    assert "| **kind\\|of** |" in markdown


def test_figures_of_other_windows_say_of_which_metric_they_are(tmp_path: Path) -> None:
    report = REPORTS["alert"]
    metric = report.performance[0].metric
    windows = tuple(WindowPart(window=Span(), rows=3, known=2, realized=0.5) for _ in range(2))
    markdown, html = written(tmp_path, report.model_copy(update={"windows": windows}))
    assert f"| outcomes known | {metric} realised by now |" in markdown
    assert f"{metric}, realised by now</th>" in html
    assert "| metric | estimated | realised | p99 in ms |" in markdown
    assert f"| {report.history[-1].drifted} | {metric} |" in markdown
    assert f"<td>{metric}</td>" in html


def test_what_the_data_holds_is_escaped(tmp_path: Path) -> None:
    markdown, html = written(tmp_path, REPORTS["alert"])
    assert "<b>" not in markdown
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_what_pictures_show_is_told_in_a_table(tmp_path: Path) -> None:
    markdown, html = written(tmp_path, REPORTS["pictures"])
    assert f"| scan\\|&lt;b> | 50 | 0.75 | 40.0% |\n| photo | 0 | {NONE} | {NONE} |\n" in markdown
    assert '<td>scan|&lt;b&gt;</td><td class="n">50</td><td class="n">0.75</td><td class="n">40.0%</td>' in html


def test_pictures_are_linked_in_markdown_by_relative_paths(tmp_path: Path) -> None:
    markdown, _ = written(tmp_path, REPORTS["alert"].model_copy(update={"segments": SEGMENTS}))
    assert set(re.findall(r"!\[.*?\]\((.*?)\)", markdown)) == set(PICTURES.items().values())


def test_the_verdict_and_what_to_do_come_before_the_figures(tmp_path: Path) -> None:
    markdown, _ = written(tmp_path, REPORTS["alert"])
    assert re.findall(r"^## (.*)", markdown, re.MULTILINE) == [
        "Alerts", "Performance", "Drift", "Service", "Trend", "How this was made",
    ]  # fmt: skip
    assert "1. **Columns drift.** " in markdown or "**Columns drift.**" in markdown


PARTS = (
    "alerts", "chunks", "columns", "distance", "history", "outliers", "performance", "reconstruction", "service",
    "trial", "unwatched",
)  # fmt: skip
"""What a report may lack, each by itself."""
WHOLE = document(former=2).model_copy(
    update={"unwatched": ("The pictures: <none> | are logged.",), "segments": SEGMENTS}
)
LACKING = {name: field.get_default() for name, field in Report.model_fields.items() if name in PARTS}


@pytest.mark.parametrize("is_html", [False, True])
def test_a_report_renders_whatever_it_lacks(*, is_html: bool) -> None:
    for some in subsets(PARTS):
        text = page(WHOLE.model_copy(update={name: LACKING[name] for name in some}), PICTURES, is_html=is_html)
        assert not re.search(r"None|Undefined|\{\{|\{%", text), some


@pytest.mark.parametrize("is_html", [False, True])
def test_a_report_renders_whichever_of_its_figures_are_unknown(*, is_html: bool) -> None:
    """A column of another kind, a metric that is only realised, a picture that isn't there: each field by itself."""
    for report in unknown(WHOLE):
        assert "None" not in page(report, PICTURES, is_html=is_html)
    for some in subsets(tuple(PICTURES.items())):
        pictures = PICTURES.model_copy(update=dict.fromkeys(some))
        text = page(WHOLE, pictures, is_html=is_html)
        assert "None" not in text
        assert all((path in text) == (name not in some) for name, path in PICTURES.items().items())


def subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, count) for count in range(len(names) + 1))


def unknown(part: Part) -> Iterator[Any]:
    """Return a part without each of its fields that may be unknown, and so for the parts within it."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if not field.is_required() and field.get_default(call_default_factory=True) != value:
            yield part.model_copy(update={name: field.get_default(call_default_factory=True)})
        if isinstance(value, Part):
            yield from (part.model_copy(update={name: one}) for one in unknown(value))
        if isinstance(value, tuple) and value and isinstance(value[0], Part):
            yield from (part.model_copy(update={name: (one, *value[1:])}) for one in unknown(value[0]))


def test_a_sample_is_said_where_it_judges_and_every_line_of_the_making_is_its_own() -> None:
    whole = document()
    thinned = whole.model_copy(update={"rows": whole.rows.model_copy(update={"logged": 900, "thinned": 300})})
    for is_html in (False, True):
        text = page(thinned, PICTURES, is_html=is_html)
        assert "judged on 600 rows, drawn by chance" in text
        assert "drawn by chance" not in page(whole, PICTURES, is_html=is_html)
        assert "Held against chance: 1 figure." in text
    lines = page(thinned, PICTURES, is_html=False).partition("## How this was made")[2].strip().splitlines()
    assert all(line.startswith("- ") for line in lines)


def test_headlines() -> None:
    one = document().model_copy(update={"alerts": document().alerts[:1]})
    assert headline(one) == "1 alert on 6 rows"
    assert headline(REPORTS["alert"]) == "5 alerts on 6 rows"
    assert headline(REPORTS["ok"]) == "All figures are within their thresholds, on 6 rows"
    assert headline(NOTHING) == "Not enough data: 0 rows"


def test_figures_are_written_for_people() -> None:
    assert [figure(value) for value in (None, 1234567, 0.123456, 1234.5, 0.0, 0.00001)] == [
        "\N{EN DASH}", "1,234,567", "0.1235", "1,234", "0", "< 0.0001",
    ]  # fmt: skip
    assert (percent(None), percent(0.1234), percent(0.5, 0)) == ("\N{EN DASH}", "12.3%", "50%")
    assert error(0.012345) == "0.012"
    assert cell("a|b\nc<d") == "a\\|b c&lt;d"


def test_moments_are_in_utc() -> None:
    assert moment("2026-03-01T11:00:00+02:00") == "2026-03-01 09:00 UTC"
    assert moment("2026-03-01T11:00:00") == "2026-03-01 11:00 UTC"
    assert moment(0.0) == "1970-01-01 00:00 UTC"
    assert moment(None) == "the beginning"


def test_a_note_has_its_code_and_nothing_of_it_is_html() -> None:
    assert coded("set `outcomes`, or `<b>`") == "set <code>outcomes</code>, or <code>&lt;b&gt;</code>"
    assert coded("<script> and one `") == "&lt;script&gt; and one `"


def test_the_risk_over_all_reports_has_its_section(tmp_path: Path) -> None:
    for at, name in enumerate(("risk", "no outcomes", "out of reach", "ok")):
        (tmp_path / str(at)).mkdir()
        for text in written(tmp_path / str(at), REPORTS[name]):
            assert ("Risk over all reports" in text) == (name != "ok")
            assert ("Nobody looked in this report: " in text) == (name in ("no outcomes", "out of reach"))
            assert ("27.0% to 35.0%" in text) == (name in ("risk", "out of reach"))
            assert name != "risk" or "40 rows in this report; 1 row of the look-back" in text


def test_segments_stand_before_the_drift_and_few_rows_are_told_to_be_few() -> None:
    for is_html in (False, True):
        text = page(WHOLE, PICTURES, is_html=is_html)
        assert text.index("Segments</h2>" if is_html else "## Segments") < text.index(
            "Drift</h2>" if is_html else "## Drift"
        )
        assert "too few rows: 3 in the window, and 100 are needed" in text
        assert "<b>" not in text
        assert "Segments" not in page(WHOLE.model_copy(update={"segments": None}), PICTURES, is_html=is_html)
