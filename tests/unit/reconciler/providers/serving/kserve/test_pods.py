"""Pods say why they don't answer, in words that stay the same from look to look."""

import json
from typing import Any

import pytest

from reconciler.providers.serving.kserve.pods import last_words, trouble
from tests.unit.reconciler.providers.serving.kserve.told import pod

WORDS = json.dumps({"what": "the model's digest is another", "where": "model.onnx", "fix": "pin another"})


def ended(code: int, message: str = "", **more: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": "Error", "message": message, **more}}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def test_a_runner_that_refuses_is_final() -> None:
    told = trouble([pod(container={"state": waiting("CrashLoopBackOff"), "lastState": ended(65, WORDS)})])
    assert told
    assert (told.reason, told.final) == ("the model's digest is another: model.onnx (pin another)", True)


@pytest.mark.parametrize(("restarts", "final"), [(0, False), (2, False), (3, True), (30, True)])
def test_a_crash_becomes_a_loop(restarts: int, final: bool) -> None:
    status = {
        "restartCount": restarts,
        "state": waiting("CrashLoopBackOff"),
        "lastState": ended(1, "a\nValueError: x\n"),
    }
    told = trouble([pod(container=status)])
    assert told
    assert told.final == final
    assert told.reason.endswith("exit code 1: ValueError: x")


def test_memory_is_named() -> None:
    told = trouble([pod(container={"state": ended(137, reason="OOMKilled")})])
    assert told
    assert "out of memory" in told.reason


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "InvalidImageName"])
def test_an_image_that_can_t_be_pulled_is_named(reason: str) -> None:
    told = trouble([pod(container={"state": waiting(reason, "back-off 40s")})])
    assert told
    assert (told.reason, told.final) == (f"the image runners:1 can't be pulled ({reason})", False)


def test_a_secret_that_is_missing_is_named() -> None:
    told = trouble([pod(container={"state": waiting("CreateContainerConfigError", 'secret "x" not found')})])
    assert told
    assert 'secret "x" not found' in told.reason


def test_a_pod_that_no_node_takes_says_so() -> None:
    unplaced = pod()
    unplaced["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes: no GPU"}]
    told = trouble([unplaced])
    assert told
    assert told.reason == "no node takes it: 0/3 nodes: no GPU"


def test_nothing_is_the_matter_with_pods_that_answer_start_or_leave() -> None:
    crashed = {"lastState": ended(1)}
    assert trouble([]) is None
    assert trouble([pod(ready=True, container=crashed)]) is None
    assert trouble([pod(container={"state": waiting("ContainerCreating")})]) is None
    assert trouble([pod(container=crashed, deletionTimestamp="2026-01-05T10:00:00Z")]) is None


def test_the_worst_is_told() -> None:
    told = trouble([pod(container={"state": waiting("ErrImagePull")}), pod(container={"state": ended(65, WORDS)})])
    assert told
    assert told.final


@pytest.mark.parametrize(
    ("message", "words"),
    [("", ""), ("one\n\n two \n", "two"), ('{"what": "it"}', "it"), ("[1]", "[1]"), ('{"no": 1}', '{"no": 1}')],
)
def test_last_words_are_found(message: str, words: str) -> None:
    assert last_words(message) == words


def test_when_a_line_was_logged_is_left_out() -> None:
    said = "2026-01-05 10:00:00.635 31661 storage.initializer ERROR Storage initialization failed: No model found."
    assert last_words(said) == "storage.initializer ERROR Storage initialization failed: No model found."
