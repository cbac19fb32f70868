"""Every bench runs, and its counts hold: writes, lost commits, equal results. Its times are for `make bench`."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.bench.__main__ import SUITES
from tests.bench.figure import Figure, save
from tests.bench.suite import left_by_runs
from tests.times import leave

PLAYED = "alerting"
"""A suite that plays the demo, which tests/e2e/test_demo.py does."""
FIGURES = {
    "composing": {"compose_speedup", "compose_one_change_ms"},
    "growing": {"refresh_grows", "growing_ingest_peak_mib"},
    "labelling": {"labels_merge_cpu_s", "label_tasks_per_cpu_s"},
    "looping": {"cold_converge_per_s", "noop_cpu_ms", "noop_writes"},
    "paging": {"web_first_page_ms", "web_script_kb", "web_seen_p95_s", "web_rss_mib"},
    "profiling": {"profile_rows_per_cpu_s", "parquet_ingest_peak_mib", "csv_rows_per_cpu_s", "csv_ingest_peak_mib"},
    "pushing": {"push_to_apply_p50_ms", "push_to_apply_p99_ms", "daemon_rss_mib", "daemon_rss_growth_mib"},
    "scoring": {"scored_rows_per_cpu_s", "scoring_peak_mib"},
    "serving": {
        "v2_rps",
        "v2_cpu_us",
        "v2_p99_ms",
        "grpc_rps",
        "v2_batch50_rps",
        "v2_through_door_rps",
        "replica_rss_mib",
    },
    "several": {"two_environments_rss_mb"},
    "starting": {"start_s", "trial_overhead_s"},
    "watching": {"drift_cpu_s", "drift_rss_mib", "drift_figures_cpu_s"},
    "suite": {"status_help_ms"},
    "writing": {"status_writers_p99_s", "status_writers_lost"},
}
LEFT_BY_RUNS = {"suite_minutes", "check_s"}
"""Of whole runs of the tests, if there were any."""


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize("suite", [suite for suite in SUITES if suite != PLAYED])
def test_a_bench_measures_what_it_names_and_its_counts_hold(suite: str) -> None:
    figures = list(import_module(f"tests.bench.{suite}").measure(quick=True))
    assert {figure.name for figure in figures} - LEFT_BY_RUNS == FIGURES[suite]
    counts = [figure for figure in figures if figure.target.startswith("==")]
    assert [f"{figure.name} is {figure.value:g}" for figure in counts if not figure.ok] == []


def test_what_whole_runs_left_is_told_and_what_failed_isn_t(tmp_path: Path) -> None:
    assert list(left_by_runs(tmp_path)) == []
    leave(tmp_path / "check.json", seconds=70.0, exit_status=0)
    leave(tmp_path / "test.json", seconds=1110.0, exit_status=0, share="3/8", workers=2)
    minutes, check = left_by_runs(tmp_path)
    assert (minutes.name, minutes.value, minutes.ok) == ("suite_minutes", 18.5, False)
    assert (check.name, check.value, check.ok) == ("check_s", 70.0, True)
    assert "share 3/8, 2 workers" in minutes.beside
    leave(tmp_path / "test.json", seconds=5.0, exit_status=1, share="3/8", workers=2)
    assert [figure.name for figure in left_by_runs(tmp_path)] == ["check_s"]


def test_results_are_a_list_of_named_figures(tmp_path: Path) -> None:
    figures = [Figure("start_s", 0.5, "s", "<= 1.5", "100 resources"), Figure("lost", 1, "commits", "== 0")]
    save(figures, tmp_path / "bench/results.json")
    assert json.loads((tmp_path / "bench/results.json").read_text()) == [
        {"name": "start_s", "value": 0.5, "unit": "s", "target": "<= 1.5", "ok": True},
        {"name": "lost", "value": 1, "unit": "commits", "target": "== 0", "ok": False},
    ]
