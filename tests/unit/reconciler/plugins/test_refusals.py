"""What providers refuse by their options alone; that `validate` finds it is held beside the composition."""

from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.access import Access
from reconciler.model.kinds.deployments import Deployment
from reconciler.plugins.refusals import demand, guarded, is_loopback, one_model, undivided, without_tls


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.1", "::", ""])
def test_beyond_this_machine_something_is_said_of_tls(address: str) -> None:
    with pytest.raises(Refused, match="without TLS"):
        demand(without_tls(None, address, "public"))
    for said in ("off", False, "internal"):
        demand(without_tls(said, address, "public"))
    demand(without_tls(None, address, "internal"))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_on_this_machine_nothing_need_be_said(address: str) -> None:
    demand(without_tls(None, address, "public"))
    assert is_loopback(address)


@pytest.mark.parametrize(("shares", "is_whole"), [([100], True), ([50, 50], False), ([50, 100], False), ([], True)])
def test_a_service_takes_all_or_nothing(shares: list[Any], is_whole: bool) -> None:
    assert (not list(undivided(shares, "public", ""))) == is_whole
    assert list(undivided(shares, "public", "a/b")) == []


def test_a_runtime_of_kserves_own_serves_one_model() -> None:
    graph = [
        {
            "name": "root",
            "router": "ensemble",
            "steps": [{"deployment": "deployments/a"}, {"deployment": "deployments/b"}],
        }
    ]
    several, one = Deployment.model_validate({"graph": graph}), Deployment.model_validate({})
    assert [refusal.path for refusal in one_model(several, has_runtime=True)] == [("graph",)]
    assert list(one_model(several, has_runtime=False)) == []
    assert list(one_model(one, has_runtime=True)) == []


@pytest.mark.parametrize(
    ("access", "visibility", "has_runtime", "count"),
    [
        (None, "internal", True, 0),
        (Access(open=True), "public", True, 0),
        (Access(internal="token"), "internal", False, 0),
        (Access(internal="token"), "internal", True, 1),
        (Access(open=True, internal="token"), "public", False, 1),
    ],
)
def test_on_a_cluster_tokens_are_asked_for_by_our_image_at_internal_endpoints(
    access: Access | None, visibility: str, has_runtime: bool, count: int
) -> None:
    found = list(guarded(access, visibility, has_runtime=has_runtime))
    assert [refusal.path for refusal in found] == [("access", "internal")] * count
