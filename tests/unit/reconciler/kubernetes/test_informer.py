"""An informer asks again only when something has changed."""

import time

import pytest

from reconciler.kubernetes import Informer, Kind, Kubernetes
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.kubernetes.apiserver import ApiServer, Fault

JOBS = Kind("batch", "v1", "Job", "jobs")


@pytest.fixture
def informer(kubernetes: Kubernetes) -> Informer[str]:
    return Informer(kubernetes, JOBS, lambda job: job["metadata"]["name"], namespace="ml", labels="app=ours")


def create(kubernetes: Kubernetes, name: str, app: str = "ours") -> None:
    kubernetes.create(JOBS, {"metadata": {"name": name, "namespace": "ml", "labels": {"app": app}}})


def until_news(informer: Informer[str]) -> None:
    deadline = time.monotonic() + 10
    while not informer.has_news():
        assert time.monotonic() < deadline, "no news came"
        time.sleep(0.005)


def test_looking_again_costs_nothing(informer: Informer[str], kubernetes: Kubernetes, server: ApiServer) -> None:
    create(kubernetes, "train")
    create(kubernetes, "foreign", "theirs")
    assert informer.look() == ["train"]
    before = len(server.asked)
    assert [informer.look() for _ in range(5)] == [["train"]] * 5
    assert len(server.asked) == before


def test_a_change_is_news_once_and_is_seen(informer: Informer[str], kubernetes: Kubernetes) -> None:
    assert informer.look() == []
    assert not informer.has_news()
    create(kubernetes, "train")
    until_news(informer)
    assert not informer.has_news()
    assert informer.look() == ["train"]
    assert not informer.has_news()


def test_nothing_seen_yet_is_news(informer: Informer[str]) -> None:
    assert informer.has_news()
    assert not informer.has_news()


def test_what_was_spoiled_is_listed_anew(informer: Informer[str], server: ApiServer) -> None:
    informer.look()
    informer.spoil()
    assert informer.has_news()
    before = len(server.asked)
    informer.look()
    assert len(server.asked) == before + 2


def test_what_can_t_be_read_isn_t_what_was_seen(
    informer: Informer[str], kubernetes: Kubernetes, server: ApiServer
) -> None:
    create(kubernetes, "train")
    informer.look()
    for faults in ([Fault(500)], [None, Fault(500)]):
        informer.spoil()
        server.faults = list(faults)
        with pytest.raises(Unavailable):
            informer.look()
    assert informer.look() == ["train"]
    assert informer.seen == ["train"]
    informer.spoil()
    server.forbidden = {("GET", "jobs")}
    with pytest.raises(Refused):
        informer.look()


def test_what_its_reader_leaves_out_is_left_out(kubernetes: Kubernetes) -> None:
    create(kubernetes, "train")
    assert Informer[str](kubernetes, JOBS, lambda job: None, namespace="ml").look() == []
