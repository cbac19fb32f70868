"""The findings as Markdown."""

from pathlib import Path

from runners.contract import Violation
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.markdown import MOST, write_markdown

EVIL = "x\n# <script>alert(1)</script> [a](http://b) ![c](d) @all \u202e | `"


def page(path: Path, findings: list[Finding], violations: list[Violation]) -> str:
    write_markdown(path / "x.md", "datasets/x", 1200, findings, violations)
    return (path / "x.md").read_text("utf-8")


def test_findings_and_violations_are_told_with_what_to_do(tmp_path: Path) -> None:
    one = Finding("outliers", "warning", ("a",), "far away", "look at them")
    text = page(tmp_path, [one], [Violation(where="b", what="is wrong", fix="mend it")])
    assert "1,200 rows" in text
    assert "[profile.html](profile.html)" in text
    assert "- 🟠 **warning** `outliers`: far away\n  *What to do:* look at them" in text
    assert "- b: is wrong\n  *What to do:* mend it" in text
    assert text.index("Violations") < text.index("Findings")
    assert "Nothing odd" in page(tmp_path, [], [])


def test_what_others_wrote_acts_on_nobody_and_fills_no_page(tmp_path: Path) -> None:
    text = page(tmp_path, [Finding("outliers", "info", (EVIL,), EVIL * 300, EVIL)] * 99, [])
    for live in ("<script", "](http://", "![c]", " @all", "\u202e", "\n# x"):
        assert live not in text
    assert text.count("**info**") == MOST
    assert "and 49 more" in text
    assert len(text) < MOST * 20_000
