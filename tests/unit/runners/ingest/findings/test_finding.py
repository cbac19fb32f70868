"""The value of a finding, and its vocabulary."""

import pytest

from runners.ingest.findings.finding import KINDS, MOST_COLUMNS, MOST_EXAMPLES, Finding, in_order, listed
from tests.house.yardstick import ROOT

ONE = Finding("outliers", "warning", ("a",), "far", "look", {"above": 1}, ("r1",), "impute")


def test_the_profile_holds_all_and_the_status_no_rows_and_no_figures() -> None:
    brief = {"kind": "outliers", "severity": "warning", "what": "far", "fix": "look", "columns": ["a"]}
    assert ONE.brief() == brief | {"preparation": "impute"}
    assert ONE.as_json() == ONE.brief() | {"evidence": {"above": 1}, "examples": ["r1"]}


def test_what_is_told_is_bounded() -> None:
    many = Finding("constant", "info", tuple("c" * 50), "", "", {}, tuple("r" * 99))
    assert len(many.as_json()["columns"]) == MOST_COLUMNS
    assert len(many.as_json()["examples"]) == MOST_EXAMPLES
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 more"
    assert len(listed(["x" * 999])) == 60


def test_another_word_is_no_kind() -> None:
    with pytest.raises(ValueError, match="odd is no kind"):
        Finding("odd", "info", (), "", "")


def test_findings_stand_by_severity_then_as_the_vocabulary_has_them() -> None:
    other = Finding("target_copied", "error", ("b",), "", "")
    first = Finding("outliers", "warning", ("A",), "", "")
    assert in_order([ONE, first, other]) == [other, first, ONE]


def test_the_documentation_tells_every_kind() -> None:
    text = (ROOT / "docs/findings.md").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
