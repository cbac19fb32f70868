"""The machine's own time."""

from pathlib import Path

import pytest

from reconciler.gitstore import machine


def test_uptime_goes_forward() -> None:
    first = machine.uptime()
    assert 0 < first <= machine.uptime()


def test_where_no_clock_counts_sleep_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    assert machine.uptime() <= machine.uptime()


def test_a_machine_knows_its_start_or_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert machine.boot_id() == machine.boot_id()
    monkeypatch.setattr(machine, "_BOOT_ID", tmp_path / "nothing")
    assert machine.boot_id() == ""
