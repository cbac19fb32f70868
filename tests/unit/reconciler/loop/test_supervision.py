"""Endpoints are looked after on a thread of their own, and each trouble is told once."""

import threading
from collections.abc import Callable

import pytest

from reconciler.loop.supervision import Care
from reconciler.model.errors import Unavailable
from tests.unit.reconciler.loop.test_daemon import until


class Engine:
    """An engine that says what it is told to, and counts how often it is looked after."""

    def __init__(self) -> None:
        self.looks = 0
        self.is_ours = True
        self.answer: Callable[[], bool] = lambda: False
        self.changes: list[str] = []

    def settle(self) -> bool:
        self.looks += 1
        return self.answer()

    def care(self) -> Care:
        return Care("things", self.settle, is_ours=lambda: self.is_ours, changed=lambda: self.changes.append("changed"))


def failing(message: str) -> Callable[[], bool]:
    def settle() -> bool:
        raise Unavailable(message)

    return settle


def test_it_looks_and_tells_of_changes() -> None:
    engine = Engine()
    assert not engine.care().look()
    engine.answer = lambda: True
    assert engine.care().look()
    assert engine.looks == 2


def test_what_is_another_s_is_left_alone() -> None:
    engine = Engine()
    engine.is_ours = False
    assert not engine.care().look()
    assert engine.looks == 0


def test_each_trouble_is_told_once_until_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine()
    care = engine.care()
    for message in ("down", "down", "full", "full", "", "full"):
        engine.answer = failing(message) if message else lambda: False
        care.look()
    told = capsys.readouterr().out
    assert (told.count("down"), told.count("full")) == (1, 2)


def test_it_goes_on_until_it_is_stopped() -> None:
    engine = Engine()
    engine.answer = lambda: True
    care = engine.care()
    care.start()
    until(lambda: len(engine.changes) > 1)
    care.stop()
    until(lambda: not any(thread.name == "things" for thread in threading.enumerate()))


def test_in_a_hurry_it_looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.loop.supervision.TICK", 3600.0)
    engine = Engine()
    care = engine.care()
    care.start()
    until(lambda: engine.looks == 1)
    care.hurry()
    until(lambda: engine.looks == 2)
    care.stop()
