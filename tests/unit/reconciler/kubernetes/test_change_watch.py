"""A watch fires when something changes, when its connection ends, and after a long silence; else it is silent."""

import time
from pathlib import Path

import pytest

from reconciler.kubernetes import Kind, Kubernetes
from reconciler.kubernetes.access import Access, Token
from reconciler.kubernetes.change_watch import ChangeWatch
from reconciler.kubernetes.responses import Ask, Expired
from reconciler.model.errors import Refused, Unavailable
from reconciler.wire import Call
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, Fault, certify, encrypted, serving

JOBS = Kind("batch", "v1", "Job", "jobs")
TRAIN = {"metadata": {"name": "train", "namespace": "ml"}}


def fires(watch: ChangeWatch) -> bool:
    """Wait for a watch to ring."""
    deadline = time.monotonic() + 10
    while not watch.has_fired():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def watch(kubernetes: Kubernetes) -> ChangeWatch:
    _, version = kubernetes.listing(JOBS, "ml", read=lambda thing: thing)
    return kubernetes.watch(JOBS, "ml", since=version)


@pytest.mark.parametrize("hangs_up", [False, True])
def test_it_fires_for_a_change(kubernetes: Kubernetes, server: ApiServer, hangs_up: bool) -> None:
    server.hangs_up_after_each = hangs_up
    hung = watch(kubernetes)
    assert not any(hung.has_fired() for _ in range(50))
    kubernetes.create(JOBS, TRAIN)
    assert fires(hung)
    assert hung.has_fired()
    hung.close()


def test_it_fires_for_what_changed_before_it_hung(kubernetes: Kubernetes) -> None:
    _, version = kubernetes.listing(JOBS, "ml", read=lambda thing: thing)
    kubernetes.create(JOBS, TRAIN)
    assert fires(kubernetes.watch(JOBS, "ml", since=version))


def test_it_fires_when_the_connection_ends(kubernetes: Kubernetes, server: ApiServer) -> None:
    hung = watch(kubernetes)
    server.shutdown()
    assert fires(hung)


def test_it_fires_when_it_is_closed(kubernetes: Kubernetes) -> None:
    hung = watch(kubernetes)
    hung.close()
    assert hung.has_fired()
    hung.close()


def test_it_fires_after_a_long_silence(server: ApiServer) -> None:
    access = Access(server.url, token=Token(TOKEN))
    call = Call("GET", JOBS.path("ml"), {"watch": "1", "resourceVersion": "99"})
    assert fires(ChangeWatch(access, Ask(("watch",), JOBS, "ml"), call, 5, silence=0.05))


def test_it_fires_over_tls(tmp_path: Path) -> None:
    server, trust = encrypted(tmp_path, certify("kubernetes.test"))
    with serving(server):
        client = Kubernetes(Access(server.url, trust=trust, token=Token(TOKEN), host="kubernetes.test"), timeout=5)
        hung = watch(client)
        assert not any(hung.has_fired() for _ in range(50))
        client.create(JOBS, TRAIN)
        assert fires(hung)
        client.close()


def test_what_can_t_be_watched_is_told(kubernetes: Kubernetes, server: ApiServer) -> None:
    server.forbidden = {("GET", "jobs")}
    with pytest.raises(Refused, match=r"we may not watch jobs\.batch in namespace ml"):
        kubernetes.watch(JOBS, "ml", since="1")
    server.forbidden.clear()
    for fault, error in ((Fault(410), Expired), (Fault(500), Unavailable), (Fault(hangs_up=True), Unavailable)):
        server.faults = [fault]
        with pytest.raises(error):
            kubernetes.watch(JOBS, "ml", since="1")
