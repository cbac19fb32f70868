"""The pool's verbs, call by call: what each asks of the server, and what remains when it fails half-way."""

from dataclasses import replace

import pytest

from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState
from reconciler.providers.pools.kubernetes import reuse
from tests.unit.reconciler.kubernetes.apiserver import Fault
from tests.unit.reconciler.providers.pools.kubernetes.conftest import Stage
from tests.unit.reconciler.providers.pools.kubernetes.told import (
    COMPLETE,
    END,
    RUN,
    SHARED,
    condition,
    failed,
    order,
    pod,
    terminated,
)

TEAMS = Pool.model_validate({"capacity": {"cpus": 4}, "teams": {"risk": {}, "ads": {}}})
LOG = "/api/v1/namespaces/ml/pods"


def test_a_job_is_one_look_and_one_write(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.list()
    stage.asked()
    pool.submit(order())
    assert stage.asked() == ["GET jobs", "POST jobs"]
    assert stage.job()["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "shared.risk"
    pool.submit(order())
    assert stage.asked() == ["GET jobs"]
    assert pool.list().jobs[RUN].state is JobState.WAITING


def test_a_pass_with_nothing_to_do_asks_nothing(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    stage.becomes(**COMPLETE)
    first = pool.list()
    assert first.jobs[RUN].state is JobState.SUCCEEDED
    pool.settle()
    stage.asked()
    assert [pool.list() for _ in range(3)] == [first] * 3
    assert not pool.settle()
    assert stage.asked() == []


def test_a_failure_is_asked_about_once(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    name = stage.job()["metadata"]["name"]
    stage.add(f"{LOG}/{name}-0", pod(terminated(137, "OOMKilled"), job=name, phase="Failed"))
    stage.becomes(**failed())
    job = pool.list().jobs[RUN]
    assert (job.exit_code, job.reason.partition(":")[0]) == (137, "OOMKilled")
    del stage.server.things[f"{LOG}/{name}-0"]
    stage.touched()
    assert pool.list().jobs[RUN] == job


def test_the_next_attempt_replaces_the_former(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    pool.submit(order(attempt=2))
    assert pool.list().jobs[RUN].attempt == 1
    stage.becomes(**failed())
    pool.submit(order(attempt=1))
    pool.submit(order(attempt=2))
    assert pool.list().jobs[RUN].attempt == 2
    assert len(stage.things("jobs")) == 1


def test_a_crash_between_two_attempts_is_harmless(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    stage.becomes(**failed())
    stage.server.faults = [None, None, Fault(500)]
    with pytest.raises(Unavailable):
        pool.submit(order(attempt=2))
    assert pool.list().jobs[RUN].attempt == 2
    stage.open().submit(order(attempt=2))
    fresh = stage.open()
    fresh.list()
    fresh.settle()
    assert len(stage.things("jobs")) == 1


def test_a_name_that_is_still_taken_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.server.pods_linger = True
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    pool.cancel(RUN)
    assert RUN not in pool.list().jobs
    with pytest.raises(FileNotFoundError):
        pool.logs(RUN)
    with pytest.raises(Raced, match="only just been deleted"):
        pool.submit(order())
    monkeypatch.setattr(reuse, "_rests_until", {})
    with pytest.raises(Raced, match="still being deleted"):
        pool.submit(order())
    stage.server.things = {path: one for path, one in stage.server.things.items() if "/jobs/" not in path}
    pool.submit(order())
    assert RUN in pool.list().jobs


def test_a_name_rests_though_the_answer_to_its_deletion_was_lost(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    stage.server.faults = [None, Fault(500)]
    with pytest.raises(Unavailable):
        pool.cancel(RUN)
    stage.server.things = {path: one for path, one in stage.server.things.items() if "/jobs/" not in path}
    with pytest.raises(Raced, match="only just been deleted"):
        pool.submit(order())


def test_an_order_whose_answer_was_lost_is_made_once(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    there = stage.job()
    stage.server.faults = [Fault(200, b'{"metadata": {}, "items": []}')]
    pool.submit(order())
    assert stage.job() == there


def test_a_secret_goes_with_its_job(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    wanted = replace(order(), secrets={"KEY": "very-secret"})
    stage.server.faults = [None, None, Fault(500)]
    with pytest.raises(Unavailable) as caught:
        pool.submit(wanted)
    assert "very-secret" not in f"{caught.value!r} {wanted!r}"
    pool.submit(wanted)
    (secret,) = stage.things("secrets")
    assert secret["metadata"]["ownerReferences"][0]["uid"] == stage.job()["metadata"]["uid"]
    pool.cancel(RUN)
    assert stage.things("secrets") == []
    with pytest.raises(Raced):
        pool.submit(wanted)
    assert stage.things("secrets") == []


def test_nodes_get_a_service_to_meet_by(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order(nodes=2))
    assert [service["metadata"]["name"] for service in stage.things("services")] == ["setpoint-rendezvous"]


def test_logs_of_nodes_are_one_after_another(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    with pytest.raises(FileNotFoundError):
        pool.logs(RUN)
    pool.submit(order(nodes=2))
    assert pool.logs(RUN) == ""
    name = stage.job()["metadata"]["name"]
    for rank in (1, 0):
        stage.add(f"{LOG}/{name}-{rank}", pod({"running": {}}, rank=rank, job=name))
        stage.server.logs[f"{name}-{rank}"] = f"I am {rank}\n".encode()
    assert pool.logs(RUN) == "== node 0 ==\nI am 0\n== node 1 ==\nI am 1\n"


def test_a_wait_is_explained(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    owner = {"kind": "Job", "uid": stage.job()["metadata"]["uid"]}
    quota = condition("QuotaReserved", "Pending", "insufficient unused quota for cpu", "False")
    path = "/apis/kueue.x-k8s.io/v1beta1/namespaces/ml/workloads/w"
    stage.add(path, {"metadata": {"ownerReferences": [owner]}, "status": {"conditions": [quota]}})
    assert pool.list().jobs[RUN].reason == "waits for quota: insufficient unused quota for cpu"


def test_what_never_fitted_is_ordered_anew_when_its_pool_changes(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order(cpus=5))
    assert pool.list().jobs[RUN].state is JobState.FAILED
    pool.submit(order(cpus=5, attempt=2))
    assert pool.list().jobs[RUN].attempt == 2
    pool.configure(SHARED, TEAMS)
    assert RUN not in pool.list().jobs


def test_a_configuration_that_broke_off_is_seen_and_finished(stage: Stage) -> None:
    pool = stage.open()
    looks = 10
    stage.server.faults = [*([None] * (looks + 8)), Fault(500)]
    with pytest.raises(Unavailable):
        pool.configure(SHARED, TEAMS)
    stage.server.faults = []
    told = pool.list()
    assert told.pools.get(SHARED) is None or told.drifted
    pool.configure(SHARED, TEAMS)
    assert (pool.list().pools, pool.list().drifted) == ({SHARED: TEAMS}, {})


def test_a_pool_goes_with_all_its_objects(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.configure(SHARED, None)
    pool.configure(SHARED, None)
    assert pool.list().pools == {}
    kept = {path.split("/")[-2] for path in stage.server.things}
    assert kept == {"workloadpriorityclasses"}


def test_a_job_that_waits_is_moved_with_its_team(stage: Stage) -> None:
    pool = stage.open()
    pool.submit(order())
    assert stage.job()["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "shared"
    assert "is not configured" in pool.list().jobs[RUN].reason
    pool.configure(SHARED, TEAMS)
    assert stage.job()["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "shared.risk"


def test_successes_are_tidied_up_in_time(stage: Stage) -> None:
    pool = stage.open(keep="2h")
    stage.clock.advance_to(stage.clock.now().fromisoformat(END.replace("Z", "+00:00")))
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    stage.becomes(**COMPLETE)
    pool.list()
    pool.settle()
    assert RUN in pool.list().jobs
    stage.pass_time(hours=3)
    again = stage.open(keep="2h")
    again.list()
    again.settle()
    assert RUN not in again.list().jobs


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_server_that_fails_takes_nothing_away(stage: Stage, status: int) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    pool.submit(order())
    stage.server.faults = [Fault(status)]
    with pytest.raises(Refused if status < 429 else Unavailable):
        pool.list()
    assert RUN in pool.list().jobs


def test_news_is_told_once(stage: Stage) -> None:
    pool = stage.open()
    pool.configure(SHARED, TEAMS)
    assert pool.settle()
    assert not pool.settle()
    pool.list()
    pool.submit(order())
    assert pool.settle()
    watches = len(pool._cluster._informers)  # each may end late, and tells of the same change once more
    assert sum(pool.settle() for _ in range(10 * watches)) < watches


def test_an_option_that_can_t_be_read_is_told(stage: Stage) -> None:
    with pytest.raises(ValueError, match="duration"):
        stage.open(keep="forever")
