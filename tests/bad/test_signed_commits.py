"""Git that would fool who verifies commits: signatures forged, copied and replayed, objects in place of others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.signed import parse_signed, with_signature
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.loop.verified_house import ENVIRONMENT, POOL, PROPOSAL, SIGNERS, House, demands
from tests.unit.reconciler.signers import Key, ssh_key


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


def test_it_is_not_turned_off_by_taking_the_files_away_or_breaking_them(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    for files in ({SIGNERS: None}, {ENVIRONMENT: None, SIGNERS: None}, {ENVIRONMENT: "verification: {commits: [}"}):
        house.ada.git("reset", "--hard", "--quiet", last)
        house.push_forced(files, by=ada)
        house.push(MORE | {ENVIRONMENT: "{}\n"})
        assert house.once() == last, files
        assert "on the way to it" not in house.note()


def test_a_replaced_object_is_not_taken_for_the_commit(house: House, ada: Key) -> None:
    """Whoever can push to refs/replace could have another commit read under the id of a signed one."""
    house.push(demands("signed", ada), by=ada)
    house.once()
    signed = house.push(MORE, by=ada)
    house.ada.git("checkout", "--quiet", "-b", "evil")
    evil = house.ada.commit({POOL: "capacity: {cpus: 64}\n"})
    house.ada.push("HEAD:refs/heads/evil")
    house.ada.push(f"{evil}:refs/replace/{signed}")
    assert house.once() == signed
    assert house.converging.preview(house.source.head()).desired.resources["pools/shared"].spec.capacity.cpus == 2


def test_a_signature_of_another_commit_is_none(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    old = (house.ada.git("cat-file", "commit", "HEAD") + "\n").encode()
    house.ada.commit(MORE)
    content = (house.ada.git("cat-file", "commit", "HEAD") + "\n").encode()
    copied = with_signature(content, parse_signed("", old).signature).decode()
    forged = git(house.ada.folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=copied)
    house.ada.push(f"{forged}:main")
    assert house.once() == last
    assert "isn't one over it" in house.note()


def test_a_branch_that_points_to_a_signed_tag_is_no_signed_commit(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.commit(MORE)
    house.ada.git(*ada.settings, "tag", "-s", "-m", "Tag", "v1")
    house.ada.push("HEAD:main", "v1")
    assert house.once() == last
    assert "it isn't signed" in house.note()


def test_a_replayed_commit_descends_from_nothing_new(house: House, ada: Key) -> None:
    old = house.push(demands("signed", ada), by=ada)
    house.once()
    last = house.push(MORE, by=ada)
    house.once()
    house.ada.push("--force", f"{old}:main")
    assert house.once() == last
    assert f"commit {old[:12]} doesn't descend from {last[:12]}" in house.note()


def test_a_name_in_a_note_is_text_of_others(house: House, ada: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.commit(MORE)
    content = (house.ada.git("cat-file", "commit", "HEAD") + "\n").encode()
    odd = with_signature(content, b"-----BEGIN \x1b[2J<script>\xe2\x80\xae\n").decode()
    forged = git(house.ada.folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=odd)
    house.ada.push(f"{forged}:main")
    house.once()
    assert house.note().isprintable()
    assert "has a signature of an unknown kind" in house.note()


def test_a_merge_by_the_daemon_vouches_for_nothing_that_was_pushed_below_it(house: House, ada: Key, bob: Key) -> None:
    """Somebody pushes in the moment between the daemon's look at the branch and its merge."""
    last = house.push(demands("signed", ada, bob), by=ada)
    house.once()
    forge = house.proposed(bob)
    unsigned = house.push({"specs/pools/mine.yaml": "capacity: {cpus: 64}\n"})
    forge.merge(PROPOSAL)
    assert house.once() == last
    assert f"commit {unsigned[:12]} on the way to it isn't signed" in house.note()
