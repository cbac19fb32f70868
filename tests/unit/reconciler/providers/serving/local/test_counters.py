"""What Caddy counts is read, added up, and written as metrics that others can read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.observed import Figures
from reconciler.providers.serving.local.counters import (
    Histogram,
    added,
    counts_as_json,
    counts_from_json,
    exposition,
    figures,
    grown,
    read,
    summed,
)
from runners.monitor.service import counters_of

TEXT = """
# TYPE caddy_http_request_duration_seconds histogram
caddy_http_request_duration_seconds_bucket{code="200",handler="reverse_proxy",host="a.x.traffic",method="POST",server="internal-1",le="0.005"} 2
caddy_http_request_duration_seconds_bucket{code="200",handler="reverse_proxy",host="a.x.traffic",method="POST",server="internal-1",le="+Inf"} 4
caddy_http_request_duration_seconds_sum{code="200",handler="reverse_proxy",host="a.x.traffic",method="POST",server="internal-1"} 0.25
caddy_http_request_duration_seconds_count{code="200",handler="reverse_proxy",host="a.x.traffic",method="POST",server="internal-1"} 4
caddy_http_request_duration_seconds_count{code="200",handler="reverse_proxy",host="a.x.traffic",method="GET",server="internal-1"} 1
caddy_http_request_duration_seconds_count{code="502",handler="reverse_proxy",host="a.x.traffic",method="POST",server="internal-1"} 3
caddy_http_request_duration_seconds_count{code="404",handler="static_response",host="a.x.traffic",method="GET",server="internal-1"} 99
caddy_http_requests_in_flight{handler="reverse_proxy",host="a.x.traffic",server="internal-1"} 6
caddy_http_requests_in_flight{handler="vars",host="_other",server="internal-1"} 7
caddy_reverse_proxy_upstreams_healthy{upstream="unix//run/1.sock"} 1
caddy_reverse_proxy_upstreams_healthy{upstream="unix//run/2.sock"} 0
process_start_time_seconds 1.79e+09
"""  # noqa: E501 - as Caddy writes them


def histogram(*durations: float) -> Histogram:
    """Count durations as Caddy does."""
    bounds = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
    buckets = {str(bound): float(sum(d <= bound for d in durations)) for bound in bounds}
    return Histogram(len(durations), sum(durations), {**buckets, "+Inf": float(len(durations))})


def test_only_requests_that_were_sent_on_count() -> None:
    sample = read(TEXT)
    assert sample.generation == "internal-1@1.79e+09"
    assert set(sample.counts) == {"a.x.traffic"}
    codes = sample.counts["a.x.traffic"]
    assert (codes["200"].count, codes["200"].seconds, codes["502"].count) == (4, 0.25, 3)
    assert codes["200"].buckets == {"0.005": 2, "+Inf": 4}
    assert sample.under_way == {"a.x.traffic": 6}
    assert sample.unhealthy == {"unix//run/2.sock"}


def test_the_servers_of_one_router_are_counted_as_one() -> None:
    """The one behind the buckets comes into the metrics with its first request, and begins nothing anew."""
    both = TEXT + TEXT.replace('server="internal-1"', 'server="split-1"')
    sample = read(both)
    assert sample.generation == read(TEXT).generation
    assert sample.counts["a.x.traffic"]["200"].count == 8
    assert sample.under_way == {"a.x.traffic": 12}


def test_no_metrics_are_no_counts() -> None:
    assert read("").counts == {}


def test_growth_is_what_came_between_two_looks() -> None:
    before, now = {"h": {"200": histogram(0.5)}}, {"h": {"200": histogram(0.5, 0.25), "500": histogram(1.0)}}
    assert grown(before, now) == {"h": {"200": histogram(0.25), "500": histogram(1.0)}}


def test_all_counts_where_caddy_has_begun_anew() -> None:
    assert grown({"h": {"200": histogram(0.1, 0.1)}}, {"h": {"200": histogram(0.2)}}) == {"h": {"200": histogram(0.2)}}


@given(st.lists(st.lists(st.floats(0.001, 20), max_size=8), min_size=1, max_size=6))
def test_growth_added_up_is_the_whole(looks: list[list[float]]) -> None:
    total: dict[str, dict[str, Histogram]] = {}
    seen: dict[str, dict[str, Histogram]] = {}
    durations: list[float] = []
    for look in looks:
        durations += look
        now = {"h": {"200": histogram(*durations)}}
        total = dict(added(total, grown(seen, now)))  # type: ignore[arg-type]
        seen = now
    whole = total["h"]["200"]
    assert (whole.count, whole.buckets) == (len(durations), histogram(*durations).buckets)
    assert whole.seconds == pytest.approx(sum(durations))


def test_figures_tell_errors_and_quantiles() -> None:
    told = figures({"200": histogram(*[0.004] * 98, 0.2), "503": histogram(0.3)})
    assert (told.requests, told.errors) == (100, 1)
    assert told.p50_ms == pytest.approx(5 * 50 / 98)
    assert told.p99_ms == pytest.approx(250)
    assert figures({}) == Figures()


def test_a_client_s_error_is_none_of_the_endpoint_s() -> None:
    assert figures({"400": histogram(0.1), "499": histogram(0.1)}) == Figures()
    assert figures({"400": histogram(0.1), "200": histogram(0.1)}).requests == 1


@given(st.lists(st.floats(0.0001, 9.9), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_its_rank(durations: list[float], share: float) -> None:
    told = histogram(*durations)
    found = figures({"200": told}).quantile(share)
    assert found is not None
    bounds = [0.0, *(float(bound) for bound in told.buckets)]
    place = next(i for i, count in enumerate(told.buckets.values()) if count >= share * len(durations))
    assert bounds[place] * 1000 - 1e-6 <= found <= bounds[place + 1] * 1000 + 1e-6


def test_counts_are_read_as_they_were_written() -> None:
    counts = {"aaaaaaaaaaaa": {"200": histogram(0.1, 3.0), "500": histogram(0.2)}}
    assert counts_from_json(counts_as_json(counts)) == counts


def test_sums_go_over_all_hosts() -> None:
    assert summed([{"200": histogram(0.1)}, {"200": histogram(0.2), "500": histogram(1)}]) == {
        "200": histogram(0.1).plus(histogram(0.2)),
        "500": histogram(1),
    }


def test_the_metrics_are_what_the_monitor_reads() -> None:
    counts = {"aaaaaaaaaaaa": {"200": histogram(0.1, 3.0)}, "bbbbbbbbbbbb": {"502": histogram(0.2)}}
    text = exposition("employment", counts, {"aaaaaaaaaaaa": 2, "bbbbbbbbbbbb": 1}, 1_000.5)
    told = counters_of(text, {}, datetime.now(UTC))
    assert (told.codes, told.healthy, told.started) == ({"200": 2.0, "502": 1.0}, 3, 1_000.5)
    assert told.seconds == pytest.approx(3.3)
    assert told.buckets[0.25] == 2
    assert counters_of(text, {"revision": "bbbbbbbbbbbb"}, datetime.now(UTC)).codes == {"502": 1.0}
