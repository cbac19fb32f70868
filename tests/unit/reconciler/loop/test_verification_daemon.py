"""What verification is to the daemon: remembered verdicts, pinned signers, and merges of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from tests.unit.reconciler.loop.verified_house import ENVIRONMENT, POOL, PROPOSAL, House, demands
from tests.unit.reconciler.signers import Key, restricted, ssh_key


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


MORE = {POOL: "capacity: {cpus: 2}\n"}
AGAIN = {POOL: "capacity: {cpus: 3}\n"}


def test_nothing_is_asked_again_while_nothing_moves(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    asked = house.checks
    house.once()
    assert house.checks == asked, "the commit is the last applied one"
    house.push(MORE, by=bob)
    assert [house.once(), house.once(), house.once()] == [last] * 3
    assert house.checks == asked + 1


def test_what_could_not_be_verified_stalls_and_is_asked_again(
    house: House, ada: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    head = house.push(MORE, by=ada)
    house.fails = Unavailable("ssh-keygen is not installed", "install it")
    assert house.once() == last
    assert "it can't be verified: ssh-keygen is not installed, and signatures" not in house.note()
    assert "it can't be verified: ssh-keygen is not installed (install it)" in house.note()
    house.fails = None
    assert house.once() == head


def test_pinned_signers_have_to_have_signed_whatever_the_repository_says(house: House, ada: Key, bob: Key) -> None:
    house.restart(pinned=Signers(ada.public.encode()))
    house.push(demands("signed", bob), by=bob)
    with pytest.raises(Refused, match="isn't allowed"):
        house.once()
    last = house.push(demands("any"), by=ada)
    assert house.once() == last
    house.push(MORE)
    assert house.once() == last


def test_a_pinned_key_that_has_expired_keeps_in_force_what_it_signed(house: House, ada: Key) -> None:
    last = house.push({ENVIRONMENT: "{}\n"}, by=ada)
    house.once()
    house.restart(pinned=Signers(restricted(ada, 'valid-before="20400101"').encode()))
    house.now = datetime(2040, 1, 2, tzinfo=UTC)
    assert house.once() == last
    house.push(MORE, by=ada)
    assert house.once() == last


def test_what_the_daemon_would_have_to_sign_it_merges_with_a_key_that_is_allowed(
    house: House, ada: Key, bob: Key
) -> None:
    last = house.push({ENVIRONMENT: "{}\n"}, by=ada)
    house.once()
    assert house.converging.merge_flaw(CommitId(last)) == ""
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    assert "no key is here to sign a merge" in house.converging.merge_flaw(CommitId(last))
    house.restart(signing_key=bob)
    house.once()
    assert "the signing key isn't among those that may sign" in house.converging.merge_flaw(CommitId(last))
    last = house.push(demands("signed", ada, bob), by=ada)
    house.once()
    assert house.converging.merge_flaw(CommitId(last)) == ""
    house.restart(pinned=Signers(ada.public.encode()), signing_key=bob)
    house.once()
    assert "isn't among those that may sign" in house.converging.merge_flaw(CommitId(last))
    house.restart(signing_key=replace(bob, path=bob.path / "gone"))
    house.once()
    assert "can't be used" in house.converging.merge_flaw(CommitId(last))


def test_a_plan_for_the_refused_commit_says_that_it_is_refused(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    refused = house.push(MORE)
    assert house.converging.preview(CommitId(last)).plan.notes[0].startswith(f"commit {refused[:12]} is not applied")
    assert house.converging.preview(CommitId(refused)).plan.notes[0].startswith(f"commit {refused[:12]} is not applied")


@pytest.mark.parametrize("demand", ["signed", "merged"])
def test_what_the_daemon_merged_and_signed_is_applied(house: House, ada: Key, bob: Key, demand: str) -> None:
    house.push(demands("signed", ada, bob), by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "feature")
    house.ada.commit(demands(demand, ada, bob))
    house.ada.git("checkout", "--quiet", "main")
    ada.sign(house.ada, "merge", "--quiet", "--no-ff", "-m", "Merge", "feature")
    house.ada.push("HEAD:main")
    house.once()
    forge = house.proposed(bob)
    assert house.once() == house.source.head(), "what is proposed is on a branch of its own"
    assert forge.merge(PROPOSAL) == house.once()


def test_with_pinned_signers_the_status_is_not_believed(house: House, ada: Key) -> None:
    last = house.push({ENVIRONMENT: "{}\n"}, by=ada)
    house.once()
    evil = house.push(MORE)
    house.once()
    told = house.status.read().read("pass.yaml").replace(last.encode(), evil.encode())
    house.status.write({"pass.yaml": told}, "claim that it was applied")
    house.restart(pinned=Signers(ada.public.encode()))
    with pytest.raises(Refused, match="isn't signed"):
        house.once()
