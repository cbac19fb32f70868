"""The report as a type: rounded, finite, whole, and read again as it was written."""

import json
import math

from runners.monitor.report import KeyFigures, OutliersPart, Pictures, Report, SeriesPart, ServicePart
from tests.unit.runners.monitor.example import bare, document


def test_figures_have_six_digits_and_are_finite() -> None:
    told = SeriesPart(now=(0.123456789, None, math.nan), mean=math.inf)
    assert (told.now, told.mean) == ((0.123457, None, None), None)


def test_a_report_is_read_as_it_was_written() -> None:
    for report in (document(former=2), bare()):
        text = json.dumps(report.document(), allow_nan=False)
        assert Report.model_validate_json(text) == report


def test_what_a_former_version_wrote_besides_is_passed_over() -> None:
    assert Report.model_validate({"run": "monitors/a/b", "verdict": "ok", "mood": 3}).run == "monitors/a/b"
    assert KeyFigures.model_validate({"run": "a", "moods": 3}).run == "a"


def test_counters_keep_all_their_digits() -> None:
    told = ServicePart.model_validate({"counters": {"at": 1772359200.123456}, "rate": 0.123456789, "from": "x"})
    assert (told.counters, told.rate, told.since) == ({"at": 1772359200.123456}, 0.123457, "x")


def test_the_first_performance_is_the_specs() -> None:
    first = document().first()
    assert first
    assert (first.metric, bare().first()) == ("roc_auc", None)


def test_a_share_is_a_number() -> None:
    assert OutliersPart(share=0.02, usual=0.01, limit=0.6).events == ()


def test_only_pictures_that_were_drawn_have_an_address() -> None:
    assert Pictures(drift="a.png").items() == {"drift": "a.png"}
