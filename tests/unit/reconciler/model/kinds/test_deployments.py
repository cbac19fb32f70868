"""Deployments."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Deployment, Model, Payloads, Replicas, Rollout


def test_without_a_model_it_waits() -> None:
    spec = Deployment()
    assert spec.model is None
    assert spec.references() == ("pools/shared",)


def test_a_pinned_model_is_a_trial_and_a_digest() -> None:
    digest = "sha256:" + "0" * 64
    assert Model(trial="experiments/a/0123456789ab", digest=digest).digest == digest
    for trial, wrong in (
        ("experiments/a", digest),
        ("datasets/a/0123456789ab", digest),
        ("experiments/a/0123456789ab", "x"),
    ):
        with pytest.raises(ValidationError):
            Model(trial=trial, digest=wrong)


def test_replicas_have_an_order() -> None:
    assert Replicas(minimum=0, maximum=3).maximum == 3
    with pytest.raises(ValidationError, match="minimum 3 is above maximum 2"):
        Replicas(minimum=3, maximum=2)


@pytest.mark.parametrize("steps", [[], [50], [50, 40, 100], [0, 100], [50, 50, 100], [50, 100, 120]])
def test_steps_rise_to_the_whole(steps: Any) -> None:
    assert Rollout.model_validate({"steps": [1, 50, 100]}).steps == (1, 50, 100)
    with pytest.raises(ValidationError, match="steps rise"):
        Rollout.model_validate({"steps": steps})


KEYS = {"keys": ["${secret:SHOP_KEY}", "${secret:FORMER_KEY}"]}


@pytest.mark.parametrize("access", [KEYS, {"forward": True}, {"open": True}])
def test_a_public_endpoint_says_who_may_ask_it(access: Any) -> None:
    assert Deployment.model_validate({"visibility": "public", "access": access}).access
    with pytest.raises(ValidationError, match="a public endpoint says who may ask it"):
        Deployment.model_validate({"visibility": "public"})
    with pytest.raises(ValidationError, match="access is for public endpoints"):
        Deployment.model_validate({"access": access})


def test_an_internal_endpoint_may_ask_for_a_token_or_a_key() -> None:
    for access in ({"internal": "token"}, {"internal": "token", **KEYS}):
        assert Deployment.model_validate({"access": access}).access
    for odd in ("jwt", "forward", "open", "limits", "cors"):
        value = {"jwt": {"issuer": "https://a.example", "audience": "b"}, "limits": {"rate": "1/s"},
                 "cors": {"origins": ["https://a.example"]}}.get(odd, True)  # fmt: skip
        with pytest.raises(ValidationError, match=rf"access\.{odd} is for the public address"):
            Deployment.model_validate({"access": {"internal": "token", odd: value}})
    with pytest.raises(ValidationError, match=r"say access\.internal: token"):
        Deployment.model_validate({"access": KEYS})


def test_a_public_endpoint_says_both() -> None:
    assert Deployment.model_validate({"visibility": "public", "access": {"open": True, "internal": "token"}}).access
    with pytest.raises(ValidationError, match="a public endpoint says who may ask it"):
        Deployment.model_validate({"visibility": "public", "access": {"internal": "token"}})


@pytest.mark.parametrize("access", [{}, {"open": False}, {"open": True, **KEYS}, {"forward": True, "open": True}])
def test_who_may_ask_is_said_in_one_way(access: Any) -> None:
    with pytest.raises(ValidationError, match="say one of keys"):
        Access.model_validate(access)


@pytest.mark.parametrize("key", ["a-plain-key-in-a-spec", "x${secret:A}", "${secret:A}\n", "${secret:A-B}"])
def test_a_key_is_never_in_a_spec(key: str) -> None:
    with pytest.raises(ValidationError):
        Access.model_validate({"keys": [key]})


def test_an_image_that_would_log_what_is_left_out_refuses_its_settings_and_others_know_nothing_new() -> None:
    assert Payloads().as_settings() == {"format": 1}
    assert Payloads(sample=0.1).as_settings() == {"format": 1, "logs_sample": 0.1, "logs_without": []}
    told = Payloads(leave_out=("name",)).as_settings()
    assert told == {"format": 2, "logs_sample": 1.0, "logs_without": ["name"]}


NIGHT = {"starts": "0 22 * * *", "lasts": "8h", "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("now", "bounds"),
    [
        ("2026-01-09T20:59:00+00:00", (2, 5)),
        ("2026-01-09T21:00:00+00:00", (0, 5)),
        ("2026-01-10T04:59:00+00:00", (0, 5)),
        ("2026-01-10T05:00:00+00:00", (2, 5)),
        ("2026-01-10T12:00:00+00:00", (2, 9)),
    ],
)
def test_bounds_hold_by_the_clock_where_people_are(now: str, bounds: tuple[int, int]) -> None:
    noon = {"starts": "0 12 * * *", "lasts": "1h", "maximum": 9}
    replicas = Replicas.model_validate({"minimum": 2, "maximum": 5, "hours": [{**NIGHT, "minimum": 0}, noon]})
    found = replicas.at(datetime.fromisoformat(now))
    assert ((found.minimum, found.maximum), found.hours) == (bounds, ())


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({}, "says neither"),
        ({"minimum": 7}, "minimum 7 is above maximum 5"),
        ({"maximum": 1}, "minimum 2 is above maximum 1"),
    ],
)
def test_hours_whose_bounds_are_none_are_refused(bounds: dict[str, int], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Replicas.model_validate({"minimum": 2, "maximum": 5, "hours": [{**NIGHT, **bounds}]})
