"""A mirror asks again only when something has changed."""

import time

import pytest

from reconciler.kubernetes import Kind, Kubernetes, Mirror
from reconciler.model.errors import Refused, Unavailable
from tests.unit.reconciler.kubernetes.apiserver import ApiServer, Fault

JOBS = Kind("batch", "v1", "Job", "jobs")


@pytest.fixture
def mirror(kubernetes: Kubernetes) -> Mirror[str]:
    return Mirror(kubernetes, JOBS, lambda job: job["metadata"]["name"], namespace="ml", labels="app=ours")


def create(kubernetes: Kubernetes, name: str, app: str = "ours") -> None:
    kubernetes.create(JOBS, {"metadata": {"name": name, "namespace": "ml", "labels": {"app": app}}})


def until_news(mirror: Mirror[str]) -> None:
    deadline = time.monotonic() + 10
    while not mirror.has_news():
        assert time.monotonic() < deadline, "no news came"
        time.sleep(0.005)


def test_looking_again_costs_nothing(mirror: Mirror[str], kubernetes: Kubernetes, server: ApiServer) -> None:
    create(kubernetes, "train")
    create(kubernetes, "foreign", "theirs")
    assert mirror.look() == ["train"]
    before = len(server.asked)
    assert [mirror.look() for _ in range(5)] == [["train"]] * 5
    assert len(server.asked) == before


def test_a_change_is_news_once_and_is_seen(mirror: Mirror[str], kubernetes: Kubernetes) -> None:
    assert mirror.look() == []
    assert not mirror.has_news()
    create(kubernetes, "train")
    until_news(mirror)
    assert not mirror.has_news()
    assert mirror.look() == ["train"]
    assert not mirror.has_news()


def test_nothing_seen_yet_is_news(mirror: Mirror[str]) -> None:
    assert mirror.has_news()
    assert not mirror.has_news()


def test_what_was_spoiled_is_listed_anew(mirror: Mirror[str], server: ApiServer) -> None:
    mirror.look()
    mirror.spoil()
    assert mirror.has_news()
    before = len(server.asked)
    mirror.look()
    assert len(server.asked) == before + 2


def test_what_can_t_be_read_isn_t_what_was_seen(mirror: Mirror[str], kubernetes: Kubernetes, server: ApiServer) -> None:
    create(kubernetes, "train")
    mirror.look()
    for faults in ([Fault(500)], [None, Fault(500)]):
        mirror.spoil()
        server.faults = list(faults)
        with pytest.raises(Unavailable):
            mirror.look()
    assert mirror.look() == ["train"]
    assert mirror.seen == ["train"]
    mirror.spoil()
    server.forbidden = {("GET", "jobs")}
    with pytest.raises(Refused):
        mirror.look()


def test_what_its_reader_leaves_out_is_left_out(kubernetes: Kubernetes) -> None:
    create(kubernetes, "train")
    assert Mirror[str](kubernetes, JOBS, lambda job: None, namespace="ml").look() == []
