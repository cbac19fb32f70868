"""A revision is asked by both versions of the protocol; one that doesn't answer may do so later."""

import contextlib
import socket

import pytest

from runners.asking import Answer, Client
from runners.contract import SourceUnavailable
from tests.unit.runners.smoke.answering import as_recorded, revision


def test_it_asks_by_both_versions_and_says_that_it_is_a_test() -> None:
    with revision(as_recorded) as found, Client(found.url, "employment", 10) as client:
        assert client.predict([{"AGEP": 60.0}]) == Answer(200, {"predictions": [1]})
        assert client.infer({"inputs": [{"data": [30.0]}]}).body["outputs"][0]["data"] == [0]
        assert len(client.seconds) == 2
    paths = [path.removeprefix("/employment/revisions/aaaaaaaaaaaa") for path, _, _ in found.asked]
    assert paths == ["/v1/models/employment:predict", "/v2/models/employment/infer"]
    assert {headers["X-Setpoint-Smoke"] for _, _, headers in found.asked} == {"1"}


def test_an_answer_that_is_no_json_is_its_text() -> None:
    with revision(lambda *_: (500, b"oops")) as found, Client(found.url, "x", 10) as client:
        assert client.predict([]) == Answer(500, "oops")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_a_revision_is_out_of_reach(status: int) -> None:
    out_of_reach = pytest.raises(SourceUnavailable, match=str(status))
    with revision(lambda *_: (status, {})) as found, Client(found.url, "x", 10) as client, out_of_reach:
        client.predict([])


def test_nobody_there_is_out_of_reach() -> None:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with Client(url, "x", 10) as client, pytest.raises(SourceUnavailable, match="the host refuses the connection"):
        client.predict([])


@pytest.mark.parametrize("url", ["", "memory://x", "http://"])
def test_no_address_is_out_of_reach(url: str) -> None:
    with pytest.raises(SourceUnavailable, match="no address yet"):
        Client(url, "x", 10)


def test_the_job_s_token_goes_with_each_question(monkeypatch: pytest.MonkeyPatch) -> None:
    with revision(lambda *_: (200, {})) as found:
        with Client(found.url, "employment", 10) as client:
            client.describe()
        monkeypatch.setenv("SETPOINT_ENDPOINT_TOKEN", "setpoint_token")
        with Client(found.url, "employment", 10) as client:
            client.describe()
            client.predict([])
    told = [{name.lower(): value for name, value in headers.items()} for _, _, headers in found.asked]
    assert [headers.get("authorization") for headers in told] == [None, *["Bearer setpoint_token"] * 2]


def test_a_token_that_has_ended_is_worth_another_attempt() -> None:
    ended = pytest.raises(SourceUnavailable, match="lets this job's token in no more: status 401")
    with revision(lambda *_: (401, {})) as found, Client(found.url, "x", 10) as client, ended:
        client.predict([])
