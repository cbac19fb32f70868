"""The HTML page of a profile."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from runners.contract import Violation
from runners.ingest.profile.page import write_page

COLUMN = {
    "type": "integer",
    "count": 4,
    "missing": 0,
    "missing_share": 0.0,
    "distinct": 2,
    "minimum": 0,
    "mean": 0.5,
    "maximum": 1,
    "top": [{"value": 1, "count": 3}],
    "target_association": {"measure": "pearson", "value": 0.25},
}


class Balanced(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(folder: Path, profile: dict[str, Any], *violations: Violation) -> str:
    """Write a page, see that its tags are closed, and return its words."""
    (folder / "x.png").write_bytes(b"png")
    write_page(folder / "x.html", "datasets/<x>", profile, violations, folder / "x.png")
    parser = Balanced()
    parser.feed((folder / "x.html").read_text())
    assert parser.open == []
    return " ".join(parser.words)


def test_a_table_is_told_whole(tmp_path: Path) -> None:
    preparations = [{"name": "scale", "columns": ["<a>"], "reason": "far off"}]
    profile = {
        "kind": "table",
        "rows": 4,
        "columns": {"<a>": COLUMN},
        "target": {"column": "y"},
        "preparations": preparations,
    }
    words = page(tmp_path, profile)
    assert "4 rows, 1 column, target y" in words
    assert "The schema holds." in words
    for word in ("datasets/<x>", "<a>", "1 (75%)", "0.250 pearson", "scale", "far off"):
        assert word in words


def test_violations_are_told_with_what_to_do(tmp_path: Path) -> None:
    words = page(tmp_path, {"kind": "images", "rows": 3}, Violation(where="a.png", what="broken", fix="mend it"))
    assert "3 images" in words
    assert "1 violations" in words
    assert "mend it" in words
    assert "The schema holds." not in words


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    page(tmp_path, {"kind": "table", "rows": 0, "columns": {}})
    text = (tmp_path / "x.html").read_text()
    assert "http" not in text
    assert 'src="data:image/png;base64,cG5n"' in text


def test_what_a_column_counts_and_means_is_told(tmp_path: Path) -> None:
    column = {**COLUMN, "unit": "<EUR>", "description": "paid & back"}
    words = page(tmp_path, {"kind": "table", "rows": 4, "columns": {"refund": column}})
    assert "refund (<EUR>): paid & back" in words


def test_findings_are_told_before_all_else_and_nothing_in_them_is_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script> \u202e"
    told = {"kind": "outliers", "severity": "warning", "what": evil, "fix": evil}
    words = page(tmp_path, {"kind": "table", "rows": 1, "columns": {}, "findings": [told], "preparations": []})
    text = (tmp_path / "x.html").read_text()
    assert "<script" not in text
    assert "\u202e" not in text
    assert words.index("outliers") < words.index("Distributions")
    assert "Nothing odd was found." in page(tmp_path, {"kind": "table", "rows": 1, "columns": {}})


def test_moments_at_midnight_are_days_and_values_that_never_repeat_are_not_listed(tmp_path: Path) -> None:
    moment = COLUMN | {"minimum": "2024-01-01T00:00:00+00:00", "maximum": "2024-01-02T03:00:00+00:00"}
    names = COLUMN | {"distinct": 4, "top": [{"value": "only-me", "count": 1}]}
    words = page(tmp_path, {"kind": "table", "rows": 4, "columns": {"t": moment, "n": names}})
    assert "2024-01-01 " in words
    assert "2024-01-02T03:00:00+00:00" in words
    assert "only-me" not in words
    assert "none occurs twice" in words


def test_correlations_are_a_matrix(tmp_path: Path) -> None:
    matrix = {"columns": ["<a>", "b" * 40], "values": [[None, -0.5], [-0.001, None]]}
    found = {"sampled_rows": 2000, "columns": 30, "left_out": 7, "pairs": [], "matrix": matrix}
    profile = {"kind": "table", "rows": 4, "preparations": [], "correlations": found}
    told = page(tmp_path, profile)
    assert "Correlations" in told
    assert (
        "2,000 rows of a sample, the 2 of 30 columns that go most with another; 7 columns more weren't compared" in told
    )
    assert "-0.50" in told
    assert "0.00" in told
    assert "-0.00" not in told
    assert "b" * 23 + "…" in told
    assert "b" * 24 not in told
    assert "Correlations" not in page(tmp_path, profile | {"correlations": {}})
