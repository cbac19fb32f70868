"""Reports over time: signs that tell without colour, intervals, service."""

from reconciler.web.pages.drift import chosen, figures, performance, reports, service, strip
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, HOSTILE, LEFT, made, tree_of

FACTS = DOCUMENTS["monitors/loans"]["facts"]
FOUND = reports(made({}, tree=tree_of(LEFT)), FACTS)


def test_reports_are_read_the_oldest_first_and_what_is_none_is_left_out() -> None:
    assert [report.end[:10] for report in FOUND] == ["2026-01-04", "2026-01-05"]
    assert reports(made({}), FACTS) == []


def test_each_column_has_a_row_with_a_sign_for_each_report_the_farthest_first() -> None:
    told = strip(FOUND)
    assert [name for name, _ in told.rows] == [HOSTILE, "age", "town"]
    (_, far), (_, near), (_, unknown) = told.rows
    assert [cell.sign for cell in far] == ["· 0.05", "▲ 0.40"]
    assert [cell.look for cell in far] == ["within", "far"]
    assert far[1].words == f"drifted: distance 0.400, limit 0.1, {HOSTILE}"
    assert [cell.sign for cell in near] == ["· 0.02", "· 0.02"]
    assert [cell.sign for cell in unknown] == ["?", "?"]


def test_what_is_beyond_the_limit_and_isnt_told_as_drift_has_a_sign_of_its_own() -> None:
    column = {"name": "a", "distance": 0.2, "limit": 0.1, "drifted": False}
    files = {"reports/monitors/loans/aaaaaaaaaaaa/report.json": {"columns": [column], "window": {"end": "2026"}}}
    told = strip(reports(made({}, tree=tree_of(files)), FACTS))
    assert told.rows[0][1][0].sign == "△ 0.20"


def test_performance_is_drawn_with_what_is_known_of_its_error_and_nothing_is_made_up() -> None:
    (drawn,) = performance(FOUND)
    reference, estimated, realised = drawn.lines
    assert (reference.name, reference.is_level, len(estimated.whiskers), realised.whiskers) == (
        "reference",
        True,
        2,
        [],
    )
    assert performance([]) == []
    told = figures(FOUND)
    assert told.rows[0] == ("2026-01-05 00:00 UTC", "alert", "150", "0.8500 ± 0.0196", "0.8000")


def test_service_is_told_by_report() -> None:
    told = service(FOUND)
    assert told.rows[0][1:4] == ("500", "5 (1.00%)", "2.5")
    assert told.rows[0][6] == "15 ms"
    assert service([]).rows == []


def test_the_newest_report_is_shown_unless_the_url_names_another() -> None:
    newest, other = chosen(FOUND, {}), chosen(FOUND, {"report": "bbbbbbbbbbbb"})
    assert newest
    assert other
    assert (newest.digest, other.digest) == ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
    assert chosen([], {}) is None
