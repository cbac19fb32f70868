"""What a run has left: any bytes are a document, and what is odd is a refused one that says why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.ids import RunName
from reconciler.status.results import DEEPEST, MOST_TOLD, document_of, without_files
from reconciler.untrusted import LARGEST

RUN = RunName("experiments/score/0123456789ab")


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"metrics": 5}, "`metrics` isn't an object"),
        ({"metrics": {"a": "0.5"}}, "the metric `a` isn't a number"),
        ({"metrics": {"a": True}}, "the metric `a` isn't a number"),
        ({"violations": {"a": 1}}, "`violations` isn't a list"),
        ({"accepted": "yes"}, "`accepted` isn't true or false"),
        ({"facts": {"model": None}}, "`facts.model` isn't an object"),
        ({"facts": {"window": {"end": "soon"}}}, "`facts.window.end` isn't a moment"),
        ({"facts": {"alerts": ["x"]}}, "`facts.alerts` isn't a list of objects"),
        ({"facts": {"causes": ["x"]}}, "`facts.causes` isn't a list of objects"),
        ({"facts": {"slices": {"sex": {"1": 0.5}}}}, "`facts.slices` isn't an object of numbers"),
        ({"facts": {"candidate": {"slices": {"sex": "all"}}}}, "`facts.candidate.slices` isn't an object of numbers"),
        ({"facts": {"live": {"slices": {"sex": {"1": {"roc_auc": "x"}}}}}}, "`facts.live.slices` isn't"),
        ({"facts": {"proposed_columns": [1]}}, "`facts.proposed_columns` isn't an object"),
        ({"facts": {"validation": [1]}}, "`facts.validation` isn't an object"),
        ({"facts": {"validation": {"metrics": {"a": "x"}}}}, "`facts.validation.metrics` isn't an object of numbers"),
        ({"facts": {"validation": {"metrics": {"roc_auc": 7.0}}}}, "roc_auc"),
        ({"facts": {"validation": {"interval": {"a": 1}}}}, "`facts.validation.interval` isn't an object of objects"),
        ({"facts": {"validation": {"slices": [1]}}}, "`facts.validation.slices` isn't an object of numbers"),
        ({"facts": {"bounds": {"a": 1}}}, "`facts.bounds` isn't a list of objects"),
        ({"facts": {"bounds": [{"low": "x"}]}}, "`facts.bounds` isn't a list of objects"),
        ({"facts": {"note": "\ud800"}}, "half a character"),
        ({"facts": {"x": nested(DEEPEST)}}, "nested more than 50 levels deep"),
        ({"facts": {"x": "y" * MOST_TOLD}}, "more than 1 MiB beside its files"),
        ({"files": {"../../pass.png": ""}}, "the file `../../pass.png` has an odd path"),
        ({"files": {"a/.git/config": ""}}, "has an odd path"),
    ],
)
def test_an_odd_result_is_refused_and_says_why(told: dict[str, Any], what: str) -> None:
    found = document_of(RUN, "result.json", json.dumps({"accepted": True, **told}).encode())
    assert (found["accepted"], found["where"]) == (False, RUN)
    assert "result.json is not what a runner leaves" in found["what"]
    assert what in found["what"]
    assert found["fix"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"[" * 100_000, "error.json is not what a runner leaves: it is nested more than 60 levels deep"),
        (b'{"a":' * 100_000, "error.json is not what a runner leaves: it is nested more than 60 levels deep"),
        (b" " * (LARGEST + 1), "error.json is larger than 16 MiB"),
        (b"[" + b"1," * 500_000, "error.json is not what a runner leaves: it holds more than 400000 things"),
        (b"7", "error.json is no JSON object"),
        (b"\xff", "error.json is no JSON: it isn't UTF-8"),
    ],
    ids=["lists", "objects", "large", "many", "number", "bytes"],
)
def test_bytes_that_are_none_are_refused(content: bytes, what: str) -> None:
    assert document_of(RUN, "error.json", content)["what"] == what


def test_a_good_result_is_as_it_was_written() -> None:
    told = {"accepted": True, "metrics": {"a": 0.5, "b": None}, "facts": {"live": None, "window": {"end": None}}}
    told |= {"files": {"roc.png": "sha256:1"}}
    assert document_of(RUN, "result.json", json.dumps(told).encode()) == told


def test_of_many_files_that_are_missing_some_are_named() -> None:
    told = without_files(RUN, [f"{number}.png" for number in range(7)])
    assert told["what"].endswith(": 0.png, 1.png, 2.png, 3.png, 4.png and 2 more")
    assert without_files(RUN, ["a\x1b[2J"])["what"].endswith(": a\\x1b[2J")
    assert told["accepted"] is False


def test_a_number_that_is_none_is_nothing() -> None:
    content = b'{"metrics": {"a": NaN, "b": -Infinity, "c": 1e999, "d": 1' + b"0" * 6000 + b', "e": -7, "f": 0.5}}'
    assert document_of(RUN, "result.json", content)["metrics"] == {
        **dict.fromkeys("abcd"), "e": -7, "f": 0.5
    }  # fmt: skip


@pytest.mark.slow
@given(st.binary(max_size=200))
def test_any_bytes_are_a_document(content: bytes) -> None:
    assert isinstance(document_of(RUN, "result.json", content), dict)


@pytest.mark.parametrize("told", [{"accepted": True, "metrics": {"a": 1.0}}, {"format": 1, "accepted": True}])
def test_a_result_of_this_format_is_read_whether_it_says_so_or_not(told: dict[str, Any]) -> None:
    assert document_of(RUN, "result.json", json.dumps(told).encode()) == told


@pytest.mark.parametrize("path", ["result.json", "error.json"])
def test_a_newer_one_is_neither_accepted_nor_refused(path: str) -> None:
    told = {"format": 2, "outcome": ["accepted"], "metrics": [{"name": "a"}], "what": {"text": "it broke"}}
    found = document_of(RUN, path, json.dumps(told).encode())
    assert "accepted" not in found
    assert found["what"] == f"{path} can't be read: it is of format 2, and only format 1 is known here"
    assert "upgrade the daemon" in found["fix"]


def test_a_format_that_is_none_is_refused() -> None:
    found = document_of(RUN, "result.json", b'{"format": "new", "accepted": true}')
    assert (found["accepted"], found["where"]) == (False, RUN)
