"""`setpoint open`, as people type it."""

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.open import places
from tests.unit.reconciler.cli.conftest import Say

Place = tuple[str, ...]
FILES = dict.fromkeys(
    (
        "reports/monitors/m/aaa/report.md",
        "reports/monitors/m/bbb/drift.png",
        "reports/monitors/m/bbb/report.md",
        "reports/monitors/other/bbb/report.md",
    ),
    "blob",
)


def test_urls_come_first_then_the_newest_report_then_the_status() -> None:
    document = {"facts": {"url": "http://127.0.0.1:1/", "newest": "monitors/m/bbb"}}
    assert list(places("monitors/m", document, "setpoint/dev", FILES)) == [
        ("endpoint", "http://127.0.0.1:1/"),
        ("report.md", "setpoint/dev:reports/monitors/m/bbb/report.md"),
        ("drift.png", "setpoint/dev:reports/monitors/m/bbb/drift.png"),
        ("status", "setpoint/dev:status/monitors/m.yaml"),
    ]


def test_reports_of_a_former_name_are_its_own() -> None:
    found = list(places("monitors/now", {"facts": {"moved_from": ["m"]}}, "setpoint/dev", FILES))
    assert ("report.md", "setpoint/dev:reports/monitors/m/aaa/report.md") in found
    assert not any("other" in place for _, place in found)


@pytest.mark.usefixtures("status")
def test_what_has_no_url_is_on_the_status_branch(say: Say, place: Place) -> None:
    assert "setpoint/dev:status/datasets/digits.yaml" in say("open", "datasets/digits", *place).out
    assert say("open", "datasets/digits", "--browser", *place).code == Exit.REFUSED
