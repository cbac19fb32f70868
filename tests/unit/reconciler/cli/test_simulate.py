"""`setpoint simulate`, as people type it."""

from pathlib import Path

import pytest

from reconciler.cli import simulate as verb
from reconciler.cli.exits import Exit
from reconciler.settings import Settings
from reconciler.simulation import Report, Violation
from tests.unit.reconciler.cli.conftest import Say


def test_the_specs_of_a_repository_are_tried(place: tuple[str, ...], say: Say) -> None:
    told = say("simulate", *place, "--seed", "3", "--steps", "10", "--json")
    assert told.code == Exit.OK
    (report,) = told.json
    assert (report["seed"], report["held"]) == (3, True)


def test_several_seeds_are_a_table(place: tuple[str, ...], say: Say) -> None:
    told = say("simulate", *place, "--seeds", "2", "--steps", "5")
    assert told.code == Exit.OK
    assert "every promise held" in told.out


def test_of_many_seeds_those_that_held_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    broken = Report(7, 9, 3, 50, {}, (Violation(4, "no harm is done", "harm was done"),))
    held = [Report(number, 9, 3, 40) for number in range(100, 130)]
    verb.show([*held, broken], Settings("here", "dev"), 20)
    told = capsys.readouterr().out
    assert "BROKEN" in told
    assert "held" not in told
    assert "1 of 31 seeds broke a promise, in 279 passes of 31 lives" in told
    verb.show(held, Settings("here", "dev"), 20)
    assert "every promise held, in 270 passes of 30 lives" in capsys.readouterr().out


def test_how_far_it_is_is_shown_to_people_only(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(verb.shown_as_they_go(range(3))) == [0, 1, 2]
    assert capfd.readouterr() == ("", "")


def test_an_environment_that_is_broken_is_told(repository: Path, say: Say) -> None:
    told = say("simulate", "-C", str(repository), "-e", "nowhere")
    assert told.code == Exit.REFUSED
    assert "nowhere" in told.err


def test_what_broke_is_told_with_how_to_see_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    broken = Report(
        7, 9, 3, 50, {"a call fails": 2}, (Violation(4, "no harm is done", "harm [was] done", ("   4  a",)),)
    )
    verb.show([Report(6, 9, 3, 40), broken], Settings("here", "dev"), 20)
    told = capsys.readouterr().out
    assert "seed 7, step 4: no harm is done: harm [was] done" in told
    assert "setpoint simulate --seed 7 --steps 20 --environment dev" in told
    assert "1 of 2 seeds broke a promise" in told
