"""The report as pages: Markdown for a forge, and HTML in one file, for which the pictures are written into it."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from runners.counting import counted
from runners.monitor.report import Pictures, Report

_TEMPLATES = Path(__file__).with_name("templates")
MARKDOWN, HTML = "report.md", "report.html"
NONE = "\N{EN DASH}"
TINY = 0.0001
_CODE = re.compile("`([^`\n]+)`")


def write_pages(report: Report, pictures: Pictures, folder: Path) -> None:
    """Write both pages of a report into its folder, where its pictures are already."""
    inlined = Pictures(**{name: _inlined(folder / path) for name, path in pictures.items().items()})
    (folder / MARKDOWN).write_text(page(report, pictures, is_html=False), "utf-8")
    (folder / HTML).write_text(page(report, inlined, is_html=True), "utf-8")


def page(report: Report, pictures: Pictures, *, is_html: bool) -> str:
    """Return a page of a report; `pictures` are addresses, from the page."""
    template = _environment(is_html=is_html).get_template(f"report.{'html' if is_html else 'md'}.j2")
    owner = report.run.rsplit("/", 1)[0]
    return template.render(report=report, owner=owner, headline=headline(report), pictures=pictures)


def headline(report: Report) -> str:
    """Say in one sentence how things stand."""
    rows, alerts = counted(report.rows.logged, "row"), report.alerts
    if report.verdict == "not_enough_data":
        return f"Not enough data: {rows}"
    if alerts:
        return f"{counted(len(alerts), 'alert')} on {rows}"
    if report.verdict == "partly_watched":
        return f"No alert on {rows}, but not everything is watched"
    return f"All figures are within their thresholds, on {rows}"


def figure(value: Any) -> str:
    """Write a figure with four significant digits, a count with its thousands, and a dash for none."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if abs(value) >= TINY or value == 0 else f"< {TINY}"


def error(value: float) -> str:
    """Write an error of a figure, with two significant digits."""
    return f"{value:.2g}"


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as a percentage."""
    return NONE if value is None else f"{value:.{digits}%}"


def moment(value: str | float | None) -> str:
    """Write a time in UTC, from ISO 8601 or from seconds since 1970, to the minute."""
    if value is None:
        return "the beginning"
    told = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    return f"{told.astimezone(UTC) if told.tzinfo else told:%Y-%m-%d %H:%M} UTC"


def cell(value: Any) -> str:
    """Write a text so that it stays in its cell of a Markdown table."""
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def coded(text: str) -> Markup:
    """Write a note as HTML: what stands between backticks is code, and nothing in it is obeyed."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


_FILTERS: tuple[Callable[..., str], ...] = (figure, error, percent, moment, cell, coded, counted)


def _inlined(path: Path) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


@cache
def _environment(*, is_html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({each.__name__: each for each in _FILTERS})
    return environment
