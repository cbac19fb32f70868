"""Segments of a report in a status: the worst of them, bounded, whatever the file says."""

from reconciler.controllers.report_segments import LONGEST, MOST, segments_of


def test_the_worst_segments_are_told() -> None:
    found = [
        {"name": "SEX = 2", "rows": 90, "realized": 0.5, "estimated": None, "alerts": ["x"], "drifted": [], "odd": 1}
    ]
    assert segments_of({"metric": "f1", "count": 12, "found": found}) == {
        "metric": "f1",
        "count": 12,
        "worst": [{"name": "SEX = 2", "rows": 90, "realized": 0.5, "alerts": ["x"]}],
    }


def test_what_is_told_is_bounded_and_checked() -> None:
    one = {"name": "x\n" * 900, "rows": float("nan"), "realized": "1", "gap": "g" * 900, "alerts": ["a"] * 900}
    told = segments_of({"metric": ["f1"], "count": "many", "found": [one] * 90 + ["odd"]})
    assert (len(told["worst"]), told["count"]) == (MOST, MOST)
    first = told["worst"][0]
    assert set(first) == {"name", "gap", "alerts"}
    assert max(len(first["name"]), len(first["gap"])) <= 2 * LONGEST
    assert "\n" not in first["name"]


def test_nothing_is_told_of_no_segments() -> None:
    assert segments_of(None) == segments_of({}) == segments_of({"found": {}}) == segments_of({"found": []}) == {}
