"""The machine's own time."""

from pathlib import Path

import pytest

from reconciler.lease import monotonic


def test_uptime_goes_forward() -> None:
    first = monotonic.uptime()
    assert 0 < first <= monotonic.uptime()


def test_where_no_clock_counts_sleep_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    assert monotonic.uptime() <= monotonic.uptime()


def test_a_machine_knows_its_start_or_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert monotonic.boot_id() == monotonic.boot_id()
    monkeypatch.setattr(monotonic, "_BOOT_ID", tmp_path / "nothing")
    assert monotonic.boot_id() == ""
