"""Requests are counted by their status, under the names of the endpoint and the revision."""

from prometheus_client import REGISTRY, generate_latest

from runners.monitor.service import counters_of, figures
from runners.serve.events import Origin
from runners.serve.request_context import Exchange
from runners.serve.service_metrics import count
from tests.unit.runners.monitor.test_service import AT

ORIGIN = Origin("deployments/counted", "aaaaaaaaaaaa", "experiments/counted/aaaaaaaaaaaa")


def test_the_monitor_reads_what_was_counted() -> None:
    for status in (200, 200, 500):
        count(Exchange("id", status=status, seconds=0.004), ORIGIN)
    told = figures(counters_of(generate_latest(REGISTRY).decode(), {"deployment": "counted"}, AT))
    assert (told["requests"], told["errors"], told["codes"]) == (3, 1, {"200": 2, "500": 1})
    assert 2.5 <= told["p50_ms"] <= 5
