"""A token is printed by itself, of an endpoint that is there and asks for one."""

import pytest

from reconciler.cli.token import token_of
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.model.observed import Endpoint
from reconciler.providers.memory import MemoryServing, World
from tests.unit.reconciler.cli.conftest import Say
from tests.unit.reconciler.stage import API


class Asking(MemoryServing):
    """Has two endpoints, of which one asks, and one that can't be read."""

    def list(self) -> dict[Address, Endpoint]:
        names = [API, Address("deployments/open")]
        broken = Address("deployments/broken")
        return {name: Endpoint(name, "http://127.0.0.1/") for name in names} | {
            broken: Endpoint(broken, "", unread="it is broken")
        }

    def token(self, deployment: Address) -> str:
        return "setpoint_token" if deployment == API else ""


def test_a_token_is_of_an_endpoint_that_asks_for_one() -> None:
    serving = Asking(World())
    assert token_of(serving, API) == "setpoint_token"
    with pytest.raises(Refused, match="asks for no token"):
        token_of(serving, "deployments/open")
    with pytest.raises(Unavailable, match="it is broken"):
        token_of(serving, "deployments/broken")
    for name in ("deployments/other", "nonsense"):
        with pytest.raises(Refused, match="has no endpoint"):
            token_of(serving, name)


def test_an_engine_without_tokens_has_none() -> None:
    class Plain(MemoryServing):
        def list(self) -> dict[Address, Endpoint]:
            return {API: Endpoint(API, "")}

    with pytest.raises(Refused, match="asks for no token"):
        token_of(Plain(World()), API)


def test_without_an_endpoint_it_says_so(say: Say) -> None:
    told = say("token", "deployments/employment", "--environment", "dev")
    assert (told.code != 0, told.out) == (True, "")
    assert "deployments/employment has no endpoint" in told.err
