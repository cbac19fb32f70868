"""A timeline is read from what a demo leaves."""

import json
from pathlib import Path

import pytest

from tests.bench.timeline import EARLY, main, span


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def line(second: int, event: str, **told: object) -> str:
        return json.dumps({"event": event, "timestamp": f"2026-01-01T00:00:{second:02}Z", **told})

    lines = [
        line(1, "pass", seconds=0.1, changes=0),
        line(2, "accept", target="monitors/m/0123456789ab", why="its job succeeded"),
        line(3, "pass", seconds=0.2, changes=1),
        "no JSON",
        line(8, "route", target="deployments/d", why="50 %"),
        line(30, "pass", seconds=0.1, changes=0),
    ]
    (tmp_path / "prod.log").write_text("\n".join(lines))
    job = tmp_path / "home/pool/jobs/experiments%2Fe%2F0123456789ab"
    job.mkdir(parents=True)
    began = 1767225600.0  # 2026-01-01
    (job / "1.exit.json").write_text(json.dumps({"started": began + 4, "ended": began + 6, "cpu_seconds": 1.5}))
    return tmp_path


def test_it_counts_from_the_alert_to_the_end(folder: Path) -> None:
    assert str(span(folder, 12.0)) == "1 jobs, 1.5 CPU s; 1 passes; the rollout 6 s"


def test_a_span_without_a_rollout_is_none_from_the_alert_on(folder: Path) -> None:
    assert str(span(folder, 5.0)) == EARLY


def test_each_moment_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(str(folder), "12")
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[:-1]] == ["0.00", "1.00", "2.00", "4.00", "6.00"]
    assert "ends   experiments/e/0123456789ab after 2.00 s, 1.50 of CPU" in told[3]


def test_without_an_alert_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        span(tmp_path, 12.0)
