"""The order of a job: the request that a runner reads, with the places of everything."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from reconciler.loop.job_orders import job_order, result_of
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.providers.memory import MemoryServing, World
from reconciler.providers.memory.data import DataRoom
from tests.unit.reconciler import stage
from tests.unit.reconciler.provenance import made

RESULT = json.dumps({"content": "rows-1"}).encode()


@pytest.fixture
def world() -> World:
    world = World()
    stage.engines(world).data.open(made.DATA)
    world.room(DataRoom).write(made.DATA, {"result.json": RESULT})
    return world


def test_the_request_says_where_everything_is_and_where_it_goes(world: World) -> None:
    order = job_order(
        stage.engines(world), lambda tree: f"file:///{tree}", made.order(), made.COMMIT, lambda run: f"{run}/"
    )
    assert order.request["inputs"] == {"dataset": f"memory://{made.DATA}", "code": f"file:///{'e' * 40}"}
    assert order.request["digests"] == {"dataset": f"sha256:{sha256(RESULT).hexdigest()}"}
    assert order.request["output"] == made.RUN
    assert order.request["provenance"]["commit"] == made.COMMIT
    assert (order.run, order.image, order.inputs) == (made.RUN, "example.com/image:1", (made.DATA,))


def test_nothing_is_opened_for_a_run_whose_input_is_gone() -> None:
    opened: list[str] = []
    with pytest.raises(FileNotFoundError):
        job_order(stage.engines(World()), str, made.order(), made.COMMIT, lambda run: opened.append(run) or run)  # type: ignore[func-returns-value]
    assert not opened


def test_code_that_can_not_be_handed_over_is_told_with_its_folder(world: World) -> None:
    def export(_tree: str) -> str:
        raise Refused("it holds a link", "write the file itself")

    with pytest.raises(Refused, match="the code in code/score/ can't be handed to a job: it holds a link"):
        job_order(stage.engines(world), export, made.order(), made.COMMIT, str)


def test_what_can_be_no_result_is_none(world: World) -> None:
    assert result_of(stage.engines(world).reader, made.DATA) == RESULT
    assert result_of(stage.engines(world).reader, made.RUN) is None


class HandingOut(MemoryServing):
    """An engine that asks for tokens."""

    def token(self, deployment: Address) -> str:
        return f"setpoint_of_{deployment}" if deployment != "deployments/open" else ""


@pytest.mark.parametrize(
    ("asks", "secrets"),
    [
        (None, {}),
        (Address("deployments/open"), {}),
        (Address("deployments/shop"), {"SETPOINT_ENDPOINT_TOKEN": "setpoint_of_deployments/shop"}),
    ],
)
def test_a_job_that_asks_an_endpoint_is_let_in(world: World, asks: Address | None, secrets: dict[str, str]) -> None:
    engines, asking = stage.engines(world), replace(made.order(), asks=asks)
    order = job_order(replace(engines, serving=HandingOut(world)), lambda tree: tree, asking, made.COMMIT, str)
    assert order.secrets == secrets
    assert "setpoint_of" not in f"{order.request}{asking.as_json()}"
    assert not job_order(engines, lambda tree: tree, asking, made.COMMIT, str).secrets, "this engine has no tokens"
