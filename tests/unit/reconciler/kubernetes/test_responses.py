"""What an answer means, by its status and the server's words."""

import json
from typing import Any

import pytest

from reconciler.kubernetes.kinds import PODS, Kind
from reconciler.kubernetes.responses import LONGEST_TOLD, Absent, Ask, Expired, FieldsTaken, WebhookDown, document
from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.wire import Answer

JOBS = Kind("batch", "v1", "Job", "jobs")
LIST = Ask(("list",), JOBS, "ml")


def refusal(status: int, message: str = "", **more: Any) -> Answer:
    return Answer(status, json.dumps({"kind": "Status", "message": message, **more}).encode())


def test_a_document_is_returned() -> None:
    assert document(Answer(200, b'{"kind":"JobList"}'), LIST) == {"kind": "JobList"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>"])
def test_what_is_no_document_is_no_answer(body: bytes) -> None:
    with pytest.raises(Unavailable, match=r"list jobs\.batch in namespace ml"):
        document(Answer(200, body), LIST)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Refused),
        (404, Absent),
        (409, Raced),
        (410, Expired),
        (408, Unavailable),
        (429, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (504, Unavailable),
        (422, Refused),
        (302, Refused),
    ],
)
def test_a_status_says_what_to_do_next(status: int, error: type[Exception]) -> None:
    for body in (b"", b"<html>", b'{"message": "told"}', b'{"details": []}', b"[]"):
        with pytest.raises(error) as caught:
            document(Answer(status, body), LIST)
        assert type(caught.value) is error


def test_a_right_that_is_missing_is_named_as_a_rule() -> None:
    with pytest.raises(Refused, match=r"we may not list jobs\.batch in namespace ml") as caught:
        document(refusal(403, 'jobs.batch is forbidden: User "u" cannot list resource "jobs"'), LIST)
    assert '{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["list"]}' in caught.value.hint
    assert "namespace ml" in caught.value.hint
    with pytest.raises(Refused, match="we may not get pods/log train-0") as caught:
        document(refusal(403), Ask(("get",), PODS, "", "train-0", "log"))
    assert '"resources": ["pods/log"]' in caught.value.hint
    assert "the whole cluster" in caught.value.hint


def test_a_quota_isn_t_told_as_a_missing_right() -> None:
    with pytest.raises(Refused, match="exceeded quota: gpus") as caught:
        document(refusal(403, "exceeded quota: gpus"), LIST)
    assert "quota" in caught.value.hint


def test_a_wrong_manifest_is_told_in_the_server_s_words() -> None:
    with pytest.raises(Refused, match=r"spec\.template: Required value"):
        document(refusal(422, "spec.template: Required value"), Ask(("create",), JOBS, "ml"))
    with pytest.raises(Refused) as caught:
        document(refusal(400, "x" * 10_000), LIST)
    assert len(caught.value.message) < LONGEST_TOLD + 100


def test_fields_of_others_are_named() -> None:
    causes = [{"reason": "FieldManagerConflict", "field": field} for field in (".spec.b", ".spec.a")]
    with pytest.raises(FieldsTaken, match=r"others own \.spec\.a, \.spec\.b"):
        document(refusal(409, details={"causes": causes}), LIST)


@pytest.mark.parametrize(("controller", "who"), [("Kueue's controller", "Kueue's controller"), ("", "the controller")])
def test_a_webhook_that_is_down_is_named_without_addresses(controller: str, who: str) -> None:
    words = (
        'Internal error occurred: failed calling webhook "mjob.kb.io": failed to call webhook: Post "https://10.1.2.3"'
    )
    ask = Ask(("create",), Kind("batch", "v1", "Job", "jobs", controller=controller), "ml")
    with pytest.raises(
        WebhookDown, match=r"create jobs\.batch in namespace ml now: the webhook mjob\.kb\.io"
    ) as caught:
        document(refusal(500, words), ask)
    assert caught.value.hint.startswith(f"see that {who}")
    assert "10.1.2.3" not in str(caught.value)
