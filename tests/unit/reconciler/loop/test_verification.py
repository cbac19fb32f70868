"""Commits are applied when those who may have signed them: each sentence of the rules, by real git and ssh-keygen."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.status.read import approval_path, parse
from tests.unit.reconciler.loop.verified_house import ENVIRONMENT, KEYS, POOL, SIGNERS, House, demands
from tests.unit.reconciler.signers import Key, restricted, ssh_key

MORE = {POOL: "capacity: {cpus: 2}\n"}
AGAIN = {POOL: "capacity: {cpus: 3}\n"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


@pytest.fixture
def bob(tmp_path: Path) -> Key:
    return ssh_key(tmp_path, "bob")


def cpus(house: House) -> float:
    """Return what the status says that the pool has: what was applied last."""
    facts = parse(house.status.read().read("status/pools/shared.yaml"))["facts"]
    return float(facts["capacity"]["cpus"])


def test_without_a_demand_every_commit_is_taken_and_nothing_is_checked(house: House) -> None:
    assert house.push({ENVIRONMENT: "{}\n"}) == house.once()
    assert house.push(MORE) == house.once()
    assert house.checks == 0


def test_a_commit_that_an_allowed_signer_signed_is_applied(house: House, ada: Key) -> None:
    assert house.push(demands("signed", ada), by=ada) == house.once()
    assert house.push(MORE, by=ada) == house.once()
    assert house.note() == ""


def test_an_unsigned_commit_stalls_the_environment_and_is_told(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.once()
    before = house.status.read().read("status/pools/shared.yaml")
    new = house.push(MORE | {"specs/pools/other.yaml": "capacity: {cpus: 9}\n"})
    assert house.once() == last
    assert house.status.read().read("status/pools/shared.yaml") == before
    assert "status/pools/other.yaml" not in house.status.read().files
    assert house.note().startswith(
        f"commit {new[:12]} is not applied: it isn't signed, and signed commits are demanded ("
    )
    assert parse(house.status.read().read("pass.yaml"))["commit"] == last
