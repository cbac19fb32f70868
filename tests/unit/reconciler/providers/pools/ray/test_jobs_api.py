"""The Jobs API: whole answers are understood, and everything else is an error that says what to do."""

import json
from typing import Any

import pytest

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.fairness.amounts import Amounts
from reconciler.providers.pools.ray import jobs_api
from reconciler.providers.pools.ray.jobs_api import ClusterJob, JobsApi
from tests.unit.reconciler.providers.pools.ray.dashboard import HALF, Clock, Dashboard

ASKED: dict[str, Any] = {
    "submission_id": "a-1",
    "entrypoint": "true",
    "metadata": {},
    "runtime_env": {"env_vars": {"SETPOINT_ORDER": '{"run": "a", "attempt": 1}'}},
}


@pytest.fixture
def api(dashboard: Dashboard) -> JobsApi:
    return JobsApi(dashboard.address, patience=5.0)


def test_a_job_is_submitted_listed_and_deleted(api: JobsApi, dashboard: Dashboard, clock: Clock) -> None:
    api.submit(ASKED)
    job = api.list()[0]
    assert (job.submission_id, job.status, job.is_over, job.start_time) == ("a-1", "RUNNING", False, 1767225600000)
    clock.advance(1.0)
    job = api.list()[0]
    assert (job.status, job.is_over, job.driver_exit_code, job.end_time) == ("SUCCEEDED", True, 0, 1767225601000)
    api.delete("a-1")
    assert api.list() == []


def test_what_wasn_t_submitted_is_not_listed(api: JobsApi) -> None:
    assert api.list() == []


def test_submitting_twice_is_submitting_once(api: JobsApi, dashboard: Dashboard) -> None:
    api.submit(ASKED)
    api.submit(ASKED)
    assert len(dashboard.jobs) == 1


def test_a_wrong_submission_is_refused_with_the_reason(api: JobsApi) -> None:
    with pytest.raises(Refused, match="TypeError: metadata values must be strings"):
        api.submit({**ASKED, "metadata": {"a": 1}})


def test_a_cluster_that_can_t_take_a_job_now_is_asked_again_later(api: JobsApi, dashboard: Dashboard) -> None:
    dashboard.faults["POST"] = 500, b"No available agent to submit job, please try again later."
    with pytest.raises(Unavailable, match=r"HTTP 500: No available agent"):
        api.submit(ASKED)


def test_stopping_and_deleting_what_isn_t_there_is_fine(api: JobsApi) -> None:
    api.stop("nobody")
    api.delete("nobody")


def test_a_job_that_goes_on_is_not_deleted(api: JobsApi) -> None:
    api.submit(ASKED)
    api.list()
    with pytest.raises(Unavailable, match="non-terminal"):
        api.delete("a-1")
    api.stop("a-1")
    assert api.list()[0].status == "STOPPED"
    api.delete("a-1")


@pytest.mark.parametrize("text", ["", "one\ntwo\n", 'ä "quoted" \\n\\ \t' * 50])
def test_a_log_is_returned(api: JobsApi, dashboard: Dashboard, text: str) -> None:
    api.submit(ASKED)
    api.list()
    dashboard.jobs["a-1"].log = text
    assert api.logs("a-1") == text
    assert api.logs("nobody") == ""


def test_of_a_long_log_the_end_is_kept(api: JobsApi, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_api, "TAIL", 100_000)
    api.submit(ASKED)
    api.list()
    lines = [f'{number} "ä" \\n \\\\' for number in range(50_000)]
    dashboard.jobs["a-1"].log = "\n".join(lines)
    told = api.logs("a-1").split("\n")
    assert 1_000 < len(told) < 20_000
    assert told == lines[-len(told) :]


def test_nodes_are_told_by_what_they_have(api: JobsApi) -> None:
    assert api.nodes() == [Amounts(100.0, 2.0**35, 0.0)]


@pytest.mark.parametrize("said", [b"", b"null", b"[", b'[{"type": 3}]', b'{"jobs": []}', b"\xff", b"<html>"])
def test_what_isn_t_understood_is_no_list(api: JobsApi, dashboard: Dashboard, said: bytes) -> None:
    dashboard.faults["GET"] = 200, said
    for ask in (api.list, api.nodes):
        with pytest.raises(Unavailable, match="half an answer"):
            ask()


def test_half_an_answer_is_no_answer(api: JobsApi, dashboard: Dashboard) -> None:
    dashboard.faults["GET"] = HALF, json.dumps([{"type": "SUBMISSION", "status": "RUNNING"}]).encode()[:-5]
    with pytest.raises(Unavailable):
        api.list()
    api.submit(ASKED)
    dashboard.faults["GET"] = HALF, b'{"logs": "one\\ntwo'
    with pytest.raises(Unavailable):
        api.logs("a-1")


@pytest.mark.parametrize("status", [401, 403])
def test_a_cluster_with_a_lock_asks_for_a_token(api: JobsApi, dashboard: Dashboard, status: int) -> None:
    dashboard.faults["GET"] = status, b"Unauthorized"
    with pytest.raises(Unavailable, match=f"HTTP {status}") as failure:
        api.list()
    assert "token: '${secret:NAME}'" in failure.value.hint


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_an_error_is_told_with_its_status(api: JobsApi, dashboard: Dashboard, status: int) -> None:
    dashboard.faults["GET"] = status, b"Traceback:\n  File x\nKeyError: agent\n"
    with pytest.raises(Unavailable, match=f"HTTP {status}: KeyError: agent"):
        api.list()


def test_a_silent_cluster_is_waited_for_only_so_long(dashboard: Dashboard) -> None:
    dashboard.silent = 0.5
    with pytest.raises(Unavailable, match="it is silent"):
        JobsApi(dashboard.address, patience=0.05).list()


def test_nobody_at_the_address_is_told(dashboard: Dashboard) -> None:
    with pytest.raises(Unavailable, match="Connection refused") as failure:
        JobsApi("http://127.0.0.1:1").list()
    assert "dashboard" in failure.value.hint


def test_an_answer_without_end_is_given_up(api: JobsApi, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_api, "LIMIT", 2**20)
    dashboard.faults["GET"] = 200, b" " * (2**20 + 1)
    with pytest.raises(Unavailable, match="more than 1 MiB"):
        api.list()


def test_a_dashboard_may_lie_below_a_path(dashboard: Dashboard) -> None:
    with pytest.raises(Unavailable, match="HTTP 404"):
        JobsApi(f"{dashboard.address}/ray/").list()
    assert dashboard.calls == ["GET /ray/api/jobs/"]


def test_headers_are_sent_and_not_shown(dashboard: Dashboard) -> None:
    api = JobsApi(dashboard.address, {"Authorization": "Bearer hush"})
    api.list()
    assert dashboard.headers == ["Bearer hush"]
    assert "hush" not in repr(api)


def test_of_a_job_only_its_type_and_status_are_needed() -> None:
    assert not ClusterJob(type="SUBMISSION", status="PENDING").is_over
