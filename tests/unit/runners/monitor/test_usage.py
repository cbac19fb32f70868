"""The service figures of a report: from metrics where they answer, and from the log in any case."""

import socket
from pathlib import Path

from runners.monitor.payloads import Log
from runners.monitor.report import Former, ServicePart
from runners.monitor.service import Counters
from runners.monitor.usage import former_counters, model_times, service_of

LOG = Log(seconds=[number / 1000 for number in range(1, 101)])
COUNTERS = Counters(at=100.0, started=1.0, codes={"200": 3.0}, buckets={0.1: 1.0, float("inf"): 3.0}, seconds=2.0)


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def test_the_models_own_times_are_quantiles_of_the_log() -> None:
    assert model_times(LOG) == {"p50_ms": 50.0, "p95_ms": 95.0, "p99_ms": 99.0}


def test_without_metrics_there_is_what_the_log_tells() -> None:
    assert set(service_of(None, None, LOG)) == {"model"}
    assert service_of(None, None, Log()) == {}


def test_metrics_out_of_reach_are_noted_and_the_counters_kept() -> None:
    told = service_of(f"http://127.0.0.1:{closed_port()}/metrics", COUNTERS, LOG)
    assert told["note"].startswith("The endpoint's metrics can't be read: ")
    assert former_counters(Former(service=ServicePart.model_validate(told))) == COUNTERS


def test_figures_stand_beside_the_counters_that_the_next_report_counts_from(tmp_path: Path) -> None:
    lines = ["process_start_time_seconds 1.0"]
    lines += [f'caddy_http_request_duration_seconds_bucket{{code="200",le="{le}"}} 5' for le in ("0.1", "+Inf")]
    lines += [f'caddy_http_request_duration_seconds_{part}{{code="200"}} 5' for part in ("count", "sum")]
    (tmp_path / "metrics").write_text("\n".join(lines) + "\n")
    told = service_of((tmp_path / "metrics").as_uri(), COUNTERS, LOG)
    assert set(told) >= {"model", "requests", "counters"}
    assert told["requests"] == 2
    assert told["counters"]["codes"] == {"200": 5.0}


def test_the_former_report_may_have_no_counters() -> None:
    assert former_counters(None) is None
    assert former_counters(Former()) is None
