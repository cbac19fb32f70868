"""A test is declared as other runners are, and is a run of this environment's endpoint."""

from pathlib import Path

from runners.declared import BUILT_IN
from tests.unit.runners.ab_test.dealing import event, log, look


def test_it_is_declared_and_trains_nothing() -> None:
    assert not BUILT_IN["ab-test"].trains


def test_it_tells_no_key_and_no_value_of_a_row(tmp_path: Path) -> None:
    log(tmp_path / "logs", [event(n, n % 2, unit="0badc0de", rows=[{"id": n, "age": 77.125}]) for n in range(40)])
    look(tmp_path, metric="error_rate", keyed=True)
    told = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert "0badc0de" not in told
    assert "77.125" not in told
