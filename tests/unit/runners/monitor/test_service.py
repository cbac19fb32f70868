"""Service figures come from counters, and only what was counted since the report before counts."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from runners.monitor.service import Counters, counters_from, counters_of, figures, read_counters, since

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
SERIES = """\
# TYPE caddy_http_request_duration_seconds histogram
caddy_http_request_duration_seconds_bucket{{code="200",server="{server}",le="0.005"}} {fast}
caddy_http_request_duration_seconds_bucket{{code="200",server="{server}",le="0.01"}} {all}
caddy_http_request_duration_seconds_bucket{{code="200",server="{server}",le="+Inf"}} {all}
caddy_http_request_duration_seconds_sum{{code="200",server="{server}"}} {seconds}
caddy_http_request_duration_seconds_count{{code="200",server="{server}"}} {all}
caddy_http_request_duration_seconds_bucket{{code="502",server="{server}",le="0.005"}} {errors}
caddy_http_request_duration_seconds_bucket{{code="502",server="{server}",le="0.01"}} {errors}
caddy_http_request_duration_seconds_bucket{{code="502",server="{server}",le="+Inf"}} {errors}
caddy_http_request_duration_seconds_sum{{code="502",server="{server}"}} 0
caddy_http_request_duration_seconds_count{{code="502",server="{server}"}} {errors}
"""
REST = """\
# TYPE caddy_reverse_proxy_upstreams_healthy gauge
caddy_reverse_proxy_upstreams_healthy{upstream="127.0.0.1:1"} 1
caddy_reverse_proxy_upstreams_healthy{upstream="127.0.0.1:2"} 1
# TYPE process_start_time_seconds gauge
process_start_time_seconds %s
"""


def exposition(server: str = "employment", **numbers: float) -> str:
    told = {"fast": 50, "all": 95, "errors": 5, "seconds": 0.5} | numbers
    return SERIES.format(server=server, **told) + REST % (AT.timestamp() - 100)


def test_figures_are_read_from_caddys_metrics() -> None:
    told = figures(counters_of(exposition(), {}, AT))
    assert (told["requests"], told["errors"], told["error_rate"]) == (100, 5, 0.05)
    assert told["codes"] == {"200": 95, "502": 5}
    assert (told["rate"], told["in_flight"], told["upstreams"]) == (1.0, 0.005, 2)
    assert told["from"] == "2026-03-01T09:58:20+00:00"
    assert told["p50_ms"] == pytest.approx(5 * 50 / 55)
    assert told["p99_ms"] == pytest.approx(5 + 5 * 44 / 45)


def test_figures_of_replicas_that_prometheus_collected_are_added_up() -> None:
    text = "# TYPE setpoint_request_duration_seconds untyped\n" + "".join(
        f'setpoint_request_duration_seconds_{part}{{code="200",pod="{pod}"{more}}} {value} 1772000000000\n'
        for pod in "ab"
        for part, more, value in (
            ("bucket", ',le="0.01"', 3),
            ("bucket", ',le="+Inf"', 4),
            ("count", "", 4),
            ("sum", "", 0.5),
        )
    )
    told = figures(counters_of(text, {}, AT))
    assert (told["requests"], told["error_rate"], told["from"], told["rate"]) == (8, 0.0, None, None)


def test_labels_select_the_endpoint() -> None:
    text = exposition("employment") + SERIES.format(server="digits", fast=1, all=1, errors=0, seconds=0)
    assert figures(counters_of(text, {"server": "digits"}, AT))["requests"] == 1
    assert figures(counters_of(text, {}, AT))["requests"] == 101
    assert figures(counters_of(text, {"server": "gone"}, AT))["requests"] == 0


def test_a_former_report_is_taken_off() -> None:
    before = counters_of(exposition(fast=10, all=15, errors=5, seconds=0.1), {}, AT)
    kept = counters_from(before.document())
    now = counters_of(exposition(), {}, AT.replace(minute=1))
    told = figures(since(now, kept))
    assert (told["requests"], told["errors"], told["rate"]) == (80, 0, 80 / 60)
    assert told["from"] == "2026-03-01T10:00:00+00:00"
    assert told["in_flight"] == pytest.approx(0.4 / 60)


def test_counters_that_began_anew_are_taken_whole() -> None:
    now = counters_of(exposition(), {}, AT)
    other = Counters(AT.timestamp(), started=1.0, codes={"200": 3.0})
    shrunk = Counters(AT.timestamp(), started=now.started, codes={"200": 1000.0})
    assert since(now, other) == since(now, shrunk) == since(now, None) == now


def test_nothing_counted_gives_no_figures() -> None:
    told = figures(counters_of("", {}, AT))
    assert (told["requests"], told["error_rate"], told["rate"], told["p99_ms"]) == (0, None, None, None)
    assert "upstreams" not in told


@pytest.fixture
def url() -> Iterator[str]:
    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/metrics" else 404)
            self.end_headers()
            self.wfile.write(exposition().encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Metrics) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_fragment_of_the_url_selects(url: str) -> None:
    assert sum(read_counters(f"{url}/metrics#server=employment").codes.values()) == 100
    assert sum(read_counters(f"{url}/metrics#server=gone").codes.values()) == 0


def test_metrics_that_are_not_there_are_an_error(url: str) -> None:
    with pytest.raises(OSError, match="404"):
        read_counters(f"{url}/gone")


def test_what_is_no_prometheus_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="no"):
        counters_of("no metrics { here", {}, AT)
