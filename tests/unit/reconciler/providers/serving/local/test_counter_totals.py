"""The totals counts through changes of Caddy's configuration, restarts of it and of the daemon."""

from pathlib import Path

import pytest

from reconciler.model.observed import Figures
from reconciler.providers.serving.local.counter_totals import FORMER, WRITE_EVERY, Account, CounterTotals
from reconciler.providers.serving.local.counters import Sample
from reconciler.providers.serving.local.routing import host_of
from reconciler.providers.serving.local.store import Store, read_json
from tests.unit.reconciler.providers.serving.local.test_counters import histogram
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD, endpoint, revision

NAME = "employment"
LIVE = endpoint(revision(), revision(name=NEW), traffic={OLD: 100}, since=5.0)


def metrics(requests: int, server: str = "internal-1", errors: int = 0) -> str:
    """Write what Caddy would say of one revision."""
    labels = f'handler="reverse_proxy",host="{host_of(NAME, OLD)}",method="POST",server="{server}"'
    name = "caddy_http_request_duration_seconds"
    lines = []
    for code, count in (("200", requests), ("500", errors)):
        lines += [f'{name}_bucket{{code="{code}",{labels},le="{le}"}} {count}' for le in ("0.005", "+Inf")]
        lines += [f'{name}_count{{code="{code}",{labels}}} {count}', f'{name}_sum{{code="{code}",{labels}}} 0.5']
    return "\n".join([*lines, f"caddy_http_requests_in_flight{{{labels}}} 2", "process_start_time_seconds 7"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.prepare()
    return store


def test_figures_are_of_the_time_since_the_traffic_changed(store: Store) -> None:
    totals = CounterTotals(store)
    totals.enter(metrics(10), [endpoint(revision())], 1.0)
    totals.mark(LIVE, 5.0)
    assert totals.figures(LIVE) == Figures()
    totals.enter(metrics(30, errors=5), [LIVE], 6.0)
    figures = totals.figures(LIVE)
    assert (figures.requests, figures.errors) == (25, 5)
    assert figures.p50_ms == pytest.approx(2.5)


def test_figures_are_told_by_revision(store: Store) -> None:
    totals = CounterTotals(store)
    totals.mark(LIVE, 5.0)
    new = metrics(4, errors=3).replace(host_of(NAME, OLD), host_of(NAME, NEW))
    totals.enter(metrics(30) + "\n" + new, [LIVE], 6.0)
    told = totals.counted(LIVE)
    assert [(told[name].requests, told[name].errors) for name in (OLD, NEW)] == [(30, 0), (7, 3)]
    assert totals.counted(endpoint(revision(), traffic={OLD: 100}, since=9.0)) == {}, "figures of other traffic"


def test_it_counts_on_when_caddy_begins_anew(store: Store) -> None:
    totals = CounterTotals(store)
    totals.mark(LIVE, 5.0)
    for number, text in enumerate((metrics(10), metrics(12), metrics(11, "internal-2"), metrics(3, "internal-3"))):
        totals.enter(text, [LIVE], 6.0 + number)
    assert totals.figures(LIVE).requests == 12 + 11 + 3


def test_the_next_daemon_counts_on(store: Store) -> None:
    first = CounterTotals(store)
    first.mark(LIVE, 5.0)
    first.enter(metrics(10), [LIVE], 5.0 + WRITE_EVERY)
    second = CounterTotals(store)
    assert second.figures(LIVE).requests == 10
    second.enter(metrics(14), [LIVE], 20.0)
    assert second.figures(LIVE).requests == 14


@pytest.mark.parametrize("odd", ['{"total": 1}', '{"total": [], "mark": {}, "seen": {}, "since": 1, "generation": ""}'])
def test_counts_that_can_t_be_understood_begin_anew(store: Store, odd: str) -> None:
    (store.folder / "counts" / f"{NAME}.json").write_text(odd)
    assert CounterTotals(store).figures(LIVE) == Figures()


def test_a_mark_that_was_lost_is_made_at_the_next_look(store: Store) -> None:
    first = CounterTotals(store)
    first.enter(metrics(10), [endpoint(revision())], 4.0)
    second = CounterTotals(store)
    assert second.figures(LIVE) == Figures(), "figures of other traffic"
    second.enter(metrics(11), [LIVE], 6.0)
    assert second.figures(LIVE).requests == 0
    second.enter(metrics(13), [LIVE], 7.0)
    assert second.figures(LIVE).requests == 2


def test_counts_that_go_on_changing_are_written_now_and_then(store: Store) -> None:
    totals = CounterTotals(store)
    path = store.folder / "metrics" / f"{NAME}.prom"
    totals.enter(metrics(1), [LIVE], 100.0)
    assert f'{{code="200",deployment="employment",revision="{OLD}"}} 1' in path.read_text()
    totals.enter(metrics(2), [LIVE], 100.5)
    assert "} 2" not in path.read_text()
    totals.enter(metrics(3), [LIVE], 100.0 + WRITE_EVERY)
    assert "} 3" in path.read_text()


def test_the_counts_of_revisions_that_are_gone_stay(store: Store) -> None:
    account = Account(total={OLD: {"200": histogram(0.1)}, NEW: {"200": histogram(0.2)}}, since=1.0)
    folded = account.folded({NEW})
    assert set(folded.total) == {NEW, FORMER}
    assert folded.figures == account.figures
    assert folded.folded({NEW}) is folded
    assert folded.plus(Sample("g"), {NEW: {"200": histogram(0.3)}}).figures.requests == 3


def test_moments_are_remembered_as_long_as_they_matter(store: Store) -> None:
    totals = CounterTotals(store)
    for second in range(200):
        totals.enter(metrics(second), [LIVE], float(second))
    moments = totals.moments(NAME, OLD)
    assert 60 < len(moments) < 80
    assert (moments[-1].requests, moments[-1].under_way) == (199, 2)
    assert not totals.moments(NAME, NEW)[-1].requests


def test_what_is_deleted_is_forgotten(store: Store) -> None:
    totals = CounterTotals(store)
    totals.enter(metrics(10), [LIVE], 100.0)
    totals.close(NAME)
    assert totals.figures(LIVE) == Figures()
    assert not read_json(store.folder / "counts" / f"{NAME}.json")
    assert not list((store.folder / "metrics").iterdir())
