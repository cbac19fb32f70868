"""A whole pass with a repository, keys and statements: what nobody vouches for isn't started, and others go on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.model.change import StartRevision
from reconciler.model.ids import Address
from reconciler.provenance.envelope import Envelope
from reconciler.provenance.statement import FILE
from reconciler.providers.memory.data import DataRoom
from tests.unit.reconciler import stage
from tests.unit.reconciler.loop.verified_house import ENVIRONMENT, SIGNERS, House
from tests.unit.reconciler.provenance import made
from tests.unit.reconciler.signers import Key, ssh_key

API, OTHER = Address("deployments/api"), Address("deployments/other")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


def train(house: House, statement: bytes) -> None:
    """Leave the model in the data store, with a statement."""
    data = stage.engines(house.world).data
    data.open(made.RUN)
    house.world.room(DataRoom).write(made.RUN, {"result.json": json.dumps(made.RESULT).encode()})
    data.commit(made.RUN, {}, {FILE: statement})
    data.merge(made.RUN)


def reasons(house: House) -> tuple[str, bool]:
    """Make a pass; return the reason of the deployment, and whether its revision is started."""
    commit = house.converging.head()
    assert commit
    done = house.converging.run(commit)
    assert done.plan.decisions[OTHER].reason == "NoModel", "what is wrong with one touches no other"
    decision = done.plan.decisions[API]
    return decision.reason, bool(stage.of(decision, StartRevision))


def demanding(key: Key, models: str = "signed") -> "dict[str, str | None]":
    return {
        ENVIRONMENT: f"verification: {{models: {models}}}\n",
        SIGNERS: key.public,
        "specs/deployments/api.yaml": f"model: {{trial: {made.RUN}, digest: '{made.MODEL.digest}'}}\n",
        "specs/deployments/other.yaml": "{}\n",
    }


def test_a_model_that_is_vouched_for_is_started(house: House, key: Key) -> None:
    train(house, made.signed(made.payload(), key).line())
    house.push(demanding(key))
    assert reasons(house) == ("Starting", True)


@pytest.mark.parametrize("models", ["signed", "any"])
def test_one_that_is_not_is_started_only_where_nobody_has_to(house: House, key: Key, models: str) -> None:
    train(house, Envelope(made.payload()).line())
    house.push(demanding(key, models))
    assert reasons(house) == (("Unverified", False) if models == "signed" else ("Starting", True))


def test_whoever_may_sign_is_read_from_the_commit_in_force(house: House, key: Key, tmp_path: Path) -> None:
    daemon = ssh_key(tmp_path, "daemon")
    train(house, made.signed(made.payload(), daemon).line())
    house.push(demanding(key))
    assert reasons(house) == ("Unverified", False)
    house.push({SIGNERS: key.public + daemon.public})
    assert reasons(house) == ("Starting", True)
    house.push({SIGNERS: key.public})
    assert reasons(house)[0] == "Unverified", "a key that is taken away vouches for nothing that doesn't serve yet"
