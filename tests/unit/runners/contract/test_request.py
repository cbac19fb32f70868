"""A request, as this and other versions of the daemon write it."""

import json
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from runners.contract.errors import InputError
from runners.contract.request import (
    Misunderstood,
    Request,
    is_version_role,
    read_request,
    version_role,
    versions_of,
)

TOLD = {"run": "experiments/x/0123456789ab", "runner": "x", "output": "/tmp/x"}


class Told(BaseModel):
    """Parameters of a runner that only the tests know."""

    model_config = ConfigDict(extra="forbid")

    depth: int
    kind: Literal["deep", "flat"] = "flat"


def request(**params: object) -> Request:
    return Request(run="experiments/x/0123456789ab", runner="x", output="/tmp/x", params=params)


def test_parameters_are_read_by_a_runners_own_model() -> None:
    assert request(depth=3).params_as(Told) == Told(depth=3)


@pytest.mark.parametrize(
    ("params", "where", "what"),
    [
        ({}, "depth", "the parameter depth doesn't fit: it is missing"),
        ({"depth": 1, "kind": "round"}, "kind", "the parameter kind doesn't fit"),
        ({"depth": 1, "dpeth": 2}, "dpeth", "the parameter dpeth doesn't fit"),
        ({"depth": "x", "kind": 1}, "depth", "(and 1 more)"),
    ],
)
def test_the_first_problem_is_told_and_the_others_counted(params: dict[str, object], where: str, what: str) -> None:
    with pytest.raises(InputError) as failure:
        request(**params).params_as(Told)
    assert failure.value.where == where
    assert what in failure.value.what


def test_a_request_without_a_format_is_of_the_first() -> None:
    assert read_request(json.dumps(TOLD).encode()) == Request(**TOLD)
    assert read_request(json.dumps({**TOLD, "format": 1}).encode()).format == 1


def test_what_a_newer_daemon_adds_is_left_out() -> None:
    told = {**TOLD, "format": 1, "priority": "high", "notify": ["a"]}
    assert read_request(json.dumps(told).encode()) == Request(**TOLD)


def test_a_request_of_a_newer_format_is_refused_in_words_and_says_where_its_output_goes() -> None:
    told = {"format": 2, "run": {"name": "x"}, "output": "/tmp/x", "work": {"kind": "x"}}
    with pytest.raises(Misunderstood) as refusal:
        read_request(json.dumps(told).encode())
    assert "older than the daemon" in refusal.value.what
    assert "it is of format 2, and only format 1 is known here" in refusal.value.what
    assert "upgrade the image" in refusal.value.fix
    assert refusal.value.exit_code == 65
    assert refusal.value.request is not None
    assert refusal.value.request.output == "/tmp/x"


@pytest.mark.parametrize("told", [{"format": 2}, {"format": 2, "output": 7}, {"format": 2, "output": ""}])
def test_where_no_output_is_told_the_refusal_has_none(told: dict[str, object]) -> None:
    with pytest.raises(Misunderstood) as refusal:
        read_request(json.dumps(told).encode())
    assert refusal.value.request is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *((text, "Expecting value") for text in ("", "nonsense")),
        ("[]", "no JSON object"),
        *((text, "Field required") for text in ("{}", '{"run": "x"}')),
        *((json.dumps({**TOLD, "format": odd}), "isn't a whole number") for odd in ("1", 0, True)),
    ],
)
def test_what_is_no_request_is_none(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        read_request(text.encode())
    assert not isinstance(error.value, Misunderstood)


def test_versions_to_look_through_are_told_by_their_roles_in_their_order() -> None:
    names = [f"datasets/a b/{number}" for number in range(12)]
    told = {version_role(place, name): f"file:///{place}" for place, name in enumerate(names)}
    others = {"reference": "file:///r", "version": "file:///v", "versions": "file:///w"}
    shuffled = dict(sorted((told | others).items(), key=lambda item: item[1]))
    assert versions_of(shuffled) == [(name, f"file:///{place}") for place, name in enumerate(names)]
    assert all(map(is_version_role, told))
    assert not any(map(is_version_role, others))
