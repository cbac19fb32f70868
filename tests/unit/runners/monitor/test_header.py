"""What every report opens with, and what it carries on."""

from dataclasses import replace

from runners.monitor.header import HISTORY, Occasion, opening, too_few, with_history
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import COUNTED, Log
from runners.monitor.report import KeyFigures

WINDOW = {"start": None, "end": "2026-03-01T11:00:00+00:00"}
OCCASION = Occasion("monitors/employment/0123456789ab", WINDOW, Parameters(minimum_rows=500), Log(), notes=["Noted."])


def test_a_report_says_which_it_is() -> None:
    told = opening(OCCASION, "ok")
    assert (told.format, told.run, told.window.model_dump(), told.verdict) == (1, OCCASION.run, WINDOW, "ok")
    assert set(COUNTED) <= set(told.rows.model_dump())
    assert told.rows.logged == 0
    assert told.thresholds == Parameters().thresholds


def test_too_few_rows_are_no_verdict() -> None:
    told = too_few(OCCASION)
    assert (told.verdict, told.alerts, told.chunks) == ("not_enough_data", (), None)
    assert told.why == "0 rows were logged in this window, and 500 are needed (`minimum_rows`): nothing is judged."
    assert told.notes == ("Noted.",)


def test_history_goes_on_and_does_not_grow_for_ever() -> None:
    first = with_history(too_few(OCCASION))
    assert [(one.run, one.verdict, one.rows) for one in first.history] == [(OCCASION.run, "not_enough_data", 0)]
    long = first.model_copy(update={"history": tuple(KeyFigures(run=str(number)) for number in range(HISTORY))})
    told = with_history(too_few(replace(OCCASION, previous=long))).history
    assert len(told) == HISTORY
    assert (told[0].run, told[-1].run) == ("1", OCCASION.run)
