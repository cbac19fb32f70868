"""The verbs: lists are complete or raise, writing is idempotent, absence is told apart from failure."""

import pytest

from reconciler.kubernetes import Kind, Kubernetes
from reconciler.kubernetes.responses import FieldsTaken
from reconciler.model.errors import Raced, Refused, Unavailable
from tests.unit.reconciler.kubernetes.apiserver import ApiServer, Fault

JOBS = Kind("batch", "v1", "Job", "jobs")
WIDGETS = Kind("example.com", "v1", "Widget", "widgets")
EXPIRED = Fault(410, b'{"kind":"Status","reason":"Expired"}')


def job(name: str, namespace: str = "ml", **labels: str) -> dict[str, object]:
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": {"parallelism": 1}}


def names(kubernetes: Kubernetes, **selectors: str) -> list[str]:
    return [item["metadata"]["name"] for item in kubernetes.list(JOBS, "ml", page=3, **selectors)]


def test_a_list_is_all_its_pages(kubernetes: Kubernetes, server: ApiServer) -> None:
    for number in range(10):
        kubernetes.create(JOBS, job(f"job-{number}"))
    kubernetes.create(JOBS, job("elsewhere", "default"))
    before = len(server.asked)
    assert names(kubernetes) == [f"job-{number}" for number in range(10)]
    assert len(server.asked) - before == 4
    assert len(kubernetes.list(JOBS)) == 11


def test_a_list_is_narrowed_by_labels(kubernetes: Kubernetes) -> None:
    kubernetes.create(JOBS, job("mine", team="risk"))
    kubernetes.create(JOBS, job("theirs", team="ads"))
    assert names(kubernetes, labels="team=risk") == ["mine"]


def test_a_list_whose_page_fails_is_none(kubernetes: Kubernetes, server: ApiServer) -> None:
    for number in range(10):
        kubernetes.create(JOBS, job(f"job-{number}"))
    for fault in (Fault(500), Fault(200, b'{"metadata": {}, "items": []}', cut=4), Fault(200, b'{"items": {}}')):
        server.faults = [None, None, fault]
        with pytest.raises(Unavailable):
            names(kubernetes)


def test_a_list_that_expired_begins_anew(kubernetes: Kubernetes, server: ApiServer) -> None:
    for number in range(10):
        kubernetes.create(JOBS, job(f"job-{number}"))
    server.faults = [None, EXPIRED]
    assert len(names(kubernetes)) == 10
    server.faults = [EXPIRED] * 3
    with pytest.raises(Unavailable, match="changes faster"):
        names(kubernetes)


def test_a_list_of_an_unknown_kind_is_refused(kubernetes: Kubernetes) -> None:
    with pytest.raises(Refused, match="widgets") as caught:
        kubernetes.list(WIDGETS, "ml")
    assert "widgets.example.com installed" in caught.value.hint


def test_what_is_absent_is_none(kubernetes: Kubernetes, server: ApiServer) -> None:
    assert kubernetes.get(JOBS, "train", "ml") is None
    kubernetes.create(JOBS, job("train"))
    assert (kubernetes.get(JOBS, "train", "ml") or {})["spec"] == {"parallelism": 1}
    server.faults = [Fault(500)]
    with pytest.raises(Unavailable):
        kubernetes.get(JOBS, "train", "ml")


def test_applying_names_its_manager_and_its_kind(kubernetes: Kubernetes, server: ApiServer) -> None:
    kubernetes.apply(JOBS, job("train"))
    kubernetes.apply(JOBS, job("train", team="risk"))
    asked = server.asked[-1]
    assert asked.query == {"fieldManager": "setpoint", "force": "true"}
    assert asked.headers["content-type"] == "application/apply-patch+yaml"
    assert (asked.body["apiVersion"], asked.body["kind"]) == ("batch/v1", "Job")
    assert [thing["metadata"]["labels"] for thing in server.things.values()] == [{"team": "risk"}]


def test_fields_of_others_are_taken_only_by_force(kubernetes: Kubernetes) -> None:
    kubernetes.apply(JOBS, {**job("train"), "spec": {"owned-by-another": True}})
    kubernetes.apply(JOBS, job("train"))
    with pytest.raises(FieldsTaken, match=r"spec\.replicas"):
        kubernetes.apply(JOBS, job("train"), force=False)


def test_what_the_server_refuses_is_told(kubernetes: Kubernetes) -> None:
    with pytest.raises(Refused, match="Invalid value: -1"):
        kubernetes.apply(JOBS, {**job("train"), "spec": {"replicas": -1}})
    with pytest.raises(Refused, match=r"create jobs\.batch in namespace gone") as caught:
        kubernetes.create(JOBS, job("train", "gone"))
    assert "is namespace gone there" in caught.value.hint


def test_creating_twice_is_a_lost_race(kubernetes: Kubernetes) -> None:
    kubernetes.create(JOBS, job("train"))
    with pytest.raises(Raced):
        kubernetes.create(JOBS, job("train"))


def test_deleting_tells_whether_it_was_there(kubernetes: Kubernetes, server: ApiServer) -> None:
    kubernetes.create(JOBS, job("train"))
    assert kubernetes.delete(JOBS, "train", "ml")
    assert server.asked[-1].body == {"propagationPolicy": "Background"}
    assert not kubernetes.delete(JOBS, "train", "ml")


def test_only_the_very_one_is_deleted(kubernetes: Kubernetes) -> None:
    uid = kubernetes.create(JOBS, job("train"))["metadata"]["uid"]
    with pytest.raises(Raced):
        kubernetes.delete(JOBS, "train", "ml", uid="another")
    assert kubernetes.delete(JOBS, "train", "ml", uid=uid, propagation="Foreground")


def test_logs_are_the_last_lines(kubernetes: Kubernetes, server: ApiServer) -> None:
    server.logs["train-0"] = "first\nzweite Zeile: ä\n".encode()
    assert kubernetes.logs("train-0", "ml", container="main", limit=1000) == "first\nzweite Zeile: ä\n"
    assert kubernetes.logs("train-0", "ml", container="main", limit=20) == "zweite Zeile: ä\n"
    assert server.asked[-1].query["container"] == "main"
    assert kubernetes.logs("starting", "ml", container="main", limit=1000) == ""
    assert kubernetes.logs("gone", "ml", container="main", limit=1000) is None
    kubernetes.logs("train-0", "ml", container="main", limit=1000, is_former=True)
    assert [one.query.get("previous") for one in server.asked[-2:]] == [None, "true"]
    server.faults = [Fault(502)]
    with pytest.raises(Unavailable):
        kubernetes.logs("train-0", "ml", container="main", limit=1000)


@pytest.mark.parametrize("verb", ["GET", "PATCH", "POST", "DELETE"])
def test_a_missing_right_names_its_rule(kubernetes: Kubernetes, server: ApiServer, verb: str) -> None:
    server.forbidden = {(verb, "jobs")}
    verbs = {
        "GET": lambda: kubernetes.list(JOBS, "ml"),
        "PATCH": lambda: kubernetes.apply(JOBS, job("train")),
        "POST": lambda: kubernetes.create(JOBS, job("train")),
        "DELETE": lambda: kubernetes.delete(JOBS, "train", "ml"),
    }
    with pytest.raises(Refused, match="we may not") as caught:
        verbs[verb]()
    word = {"GET": "list", "PATCH": "patch", "POST": "create", "DELETE": "delete"}[verb]
    assert f'"resources": ["jobs"], "verbs": ["{word}"' in caught.value.hint
