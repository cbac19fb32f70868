"""Commits are applied when those who may have signed them: each sentence of the rules, by real git and ssh-keygen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.git.signed import parse_signed, with_signature
from reconciler.model.errors import BadSpec, Refused
from reconciler.signatures import SigningKey
from reconciler.status.read import approval_path, parse
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.loop.verified_house import ENVIRONMENT, POOL, SIGNERS, House, demands
from tests.unit.reconciler.signers import USES_GPG, Key, Keyring, restricted, ssh_key


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


def test_commits_by_strangers_are_not_applied(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(MORE, by=bob)
    assert house.once() == last
    assert "it is signed by the SSH key SHA256:" in house.note()
    assert "which isn't allowed, and signed commits are demanded (sign anew and push again" in house.note()


def test_it_goes_on_when_the_commit_is_amended(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(MORE)
    assert house.once() == last
    signed = ada.sign(house.ada, "commit", "--quiet", "--amend", "--no-edit")
    house.ada.push("--force", "HEAD:main")
    assert house.once() == signed
    assert house.note() == ""


def test_a_signed_commit_on_top_does_not_vouch_for_those_below(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    unsigned = house.push(MORE)
    head = house.push(AGAIN, by=ada)
    assert house.once() == last
    told = f"commit {head[:12]} is not applied: commit {unsigned[:12]} on the way to it isn't signed"
    assert house.note().startswith(told)


def test_a_signed_merge_onto_the_last_applied_commit_vouches_for_what_it_brings(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(MORE)
    house.once()
    house.ada.git("checkout", "--quiet", "--detach", last)
    merge = ada.sign(house.ada, "merge", "--quiet", "--no-ff", "-m", "Vouch", "main")
    house.ada.push("HEAD:main")
    assert house.once() == merge
    assert house.note() == ""


def test_a_branch_of_unsigned_commits_comes_in_by_a_signed_merge(house: House, ada: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "feature")
    house.ada.commit(MORE)
    house.ada.git("checkout", "--quiet", "main")
    merge = ada.sign(house.ada, "merge", "--quiet", "--no-ff", "-m", "Merge", "feature")
    house.ada.push("HEAD:main")
    assert house.once() == merge


def test_an_unsigned_merge_of_signed_commits_is_not_applied(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "feature")
    ada.commit(house.ada, MORE)
    house.ada.git("checkout", "--quiet", "main")
    house.ada.git("merge", "--quiet", "--no-ff", "-m", "Merge", "feature")
    house.ada.push("HEAD:main")
    assert house.once() == last


def test_nobody_makes_himself_a_signer(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(demands("signed", ada, bob), by=bob)
    assert house.once() == last
    house.push(demands("signed", bob) | MORE, by=bob)
    assert house.once() == last


def test_a_signer_lets_another_in_and_that_holds_from_the_next_commit_on(house: House, ada: Key, bob: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(demands("signed", ada, bob), by=ada)
    head = house.push(MORE, by=bob)
    assert house.once() == head, "the daemon sees both at once"


def test_a_signer_who_was_removed_signs_nothing_more(house: House, ada: Key, bob: Key) -> None:
    house.push(demands("signed", ada, bob), by=bob)
    house.once()
    last = house.push(demands("signed", ada), by=ada)
    assert house.once() == last
    house.push(MORE, by=bob)
    assert house.once() == last


def test_nobody_hands_the_key_over_to_others_alone(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(demands("signed", bob), by=ada)
    assert house.once() == last, (
        "it doesn't meet its own demand: had the key been a wrong one, nobody could sign any more"
    )
    house.ada.git("reset", "--hard", "--quiet", last)
    house.push_forced(demands("signed", ada, bob), by=ada)
    head = house.push(demands("signed", bob), by=bob)
    assert house.once() == head


def test_verification_is_turned_off_by_a_signer_only(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(demands("any"))
    assert house.once() == last
    house.ada.git("reset", "--hard", "--quiet", last)
    house.push_forced(demands("any"), by=ada)
    free = house.push(MORE)
    assert house.once() == free


def test_the_first_commit_has_to_meet_its_own_demand(house: House, ada: Key) -> None:
    house.push(demands("signed", ada))
    with pytest.raises(Refused, match="is not applied: it isn't signed"):
        house.once()
    signed = house.push(MORE, by=ada)
    assert house.once() == signed, "what lies below the first commit is nobody's business"


def test_who_turns_it_on_has_to_meet_it(house: House, ada: Key) -> None:
    last = house.push({ENVIRONMENT: "{}\n"})
    house.once()
    house.push(demands("signed", ada))
    assert house.once() == last
    assert ada.sign(house.ada, "commit", "--quiet", "--amend", "--no-edit")
    house.ada.push("--force", "HEAD:main")
    assert house.once() != last


def test_where_nobody_can_sign_any_more_trust_begins_anew(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    head = house.push(demands("signed", bob), by=bob)
    assert house.once() == last
    house.status.write({"pass.yaml": None}, "begin anew")
    assert house.once() == head


def test_merged_takes_signed_merges_and_nothing_else(house: House, ada: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "feature")
    house.ada.commit(demands("merged", ada))
    house.ada.git("checkout", "--quiet", "main")
    last = ada.sign(house.ada, "merge", "--quiet", "--no-ff", "-m", "Merge", "feature")
    house.ada.push("HEAD:main")
    assert house.once() == last
    house.push(MORE, by=ada)
    assert house.once() == last
    assert "it is no merge, and signed merges are demanded" in house.note()


def test_a_key_is_valid_by_this_machine_s_clock_whatever_date_the_commit_bears(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    lines = restricted(ada, 'valid-before="20400101"')
    last = house.push({SIGNERS: lines}, by=ada)
    assert house.once() == last
    house.now = datetime(2040, 1, 2, tzinfo=UTC)
    house.push(MORE, by=ada)
    assert house.once() == last
    assert "which is allowed, but not now or not for Git" in house.note()
    assert "(see the line of that key: `valid-after`, `valid-before` and `namespaces`; sign anew" in house.note()


def test_a_key_whose_time_has_not_come_signs_nothing(house: House, ada: Key, bob: Key) -> None:
    last = house.push(
        {**demands("signed", ada), SIGNERS: ada.public + restricted(bob, 'valid-after="20900101"')}, by=ada
    )
    house.once()
    house.push(MORE, by=bob)
    assert house.once() == last
    assert "but not now" in house.note()


def test_a_rewritten_history_needs_a_person_and_a_signer(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    for by, expected in ((None, False), (ada, True)):
        house.ada.git("checkout", "--quiet", "--orphan", f"new-{expected}")
        files = demands("signed", ada) | MORE
        new = by.commit(house.ada, files) if by else house.ada.commit(files)
        house.ada.push("--force", "HEAD:main")
        assert house.once() == last
        assert "doesn't descend" in house.note()
        house.status.write({approval_path(new): b"{}\n"}, "approve")
        assert house.once() == (new if expected else last)


def test_a_line_as_long_as_may_be_is_verified_and_one_that_is_longer_is_not(
    house: House, ada: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.loop.verification.LONGEST", 2)
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.push(MORE, by=ada)
    last = house.push(AGAIN, by=ada)
    assert house.once() == last
    for cpus in (4, 5, 6):
        house.push({POOL: f"capacity: {{cpus: {cpus}}}\n"}, by=ada)
    assert house.once() == last
    assert f"there are more than 2 commits since {last[:12]}" in house.note()


@USES_GPG
def test_openpgp_keys_sign_as_well(house: House, ada: Key, tmp_path_factory: pytest.TempPathFactory) -> None:
    keyring = Keyring(tmp_path_factory.mktemp("pgp"))
    try:
        forge, eve = keyring.key("forge"), keyring.key("eve")
        house.push(demands("signed", ada, openpgp=forge.public), by=forge)
        assert house.once() == house.source.head()
        last = house.push(MORE, by=ada)
        assert house.once() == last
        house.push(AGAIN, by=eve)
        assert house.once() == last
        assert "it is signed by the OpenPGP key" in house.note()
    finally:
        keyring.close()


def test_an_old_signed_commit_from_before_the_demand_opens_no_back_door(house: House, ada: Key) -> None:
    """A line that leaves the last applied commit is held against that commit's demand all along."""
    first = house.push({ENVIRONMENT: "{}\n"}, by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "side")
    ada.commit(house.ada, {"specs/README.md": "an old branch of Ada's, signed when anything was taken"})
    house.ada.git("checkout", "--quiet", "main")
    last = house.push(demands("signed", ada), by=ada)
    assert house.once() == last != first
    house.ada.git("checkout", "--quiet", "side")
    house.ada.commit(MORE)
    house.ada.git("merge", "--quiet", "-s", "ours", "-m", "Merge the wrong way round", "main")
    house.ada.push("HEAD:main")
    assert house.once() == last
    assert "isn't signed" in house.note()


def test_a_commit_with_two_signatures_is_not_applied(house: House, ada: Key, bob: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    bob.commit(house.ada, MORE)
    content = (house.ada.git("cat-file", "commit", "HEAD") + "\n").encode()
    twice = with_signature(content, SigningKey(ada.path).sign(parse_signed("", content).payload)).decode()
    forged = git(house.ada.folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=twice)
    house.ada.push(f"{forged}:main")
    assert house.once() == last
    assert "it carries several signatures" in house.note()


def test_a_merge_may_let_a_signer_in(house: House, ada: Key, bob: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    house.ada.git("checkout", "--quiet", "-b", "feature")
    house.ada.commit(demands("signed", ada, bob))
    house.ada.git("checkout", "--quiet", "main")
    ada.sign(house.ada, "merge", "--quiet", "--no-ff", "-m", "Merge", "feature")
    head = house.push(MORE, by=bob)
    assert house.once() == head


def test_a_signed_commit_whose_demand_cannot_be_read_is_told_by_what_is_wrong_with_it(house: House, ada: Key) -> None:
    last = house.push(demands("signed", ada), by=ada)
    house.once()
    broken = house.push({SIGNERS: "ada\n"}, by=ada)
    assert house.once() == last
    assert house.note().startswith(f"commit {broken[:12]} is not applied: {SIGNERS}:1:1: there is no public key")
    mended = house.push({SIGNERS: ada.public}, by=ada)
    assert house.once() == mended


def test_where_the_last_applied_commit_does_not_say_who_may_sign_nobody_may(house: House, ada: Key) -> None:
    house.push(demands("signed", ada), by=ada)
    house.once()
    broken = house.push({SIGNERS: "ada\n"}, by=ada)
    told = house.status.read().read("pass.yaml")
    house.status.write({"pass.yaml": re.sub(rb"[0-9a-f]{40}", broken.encode(), told)}, "claim that it was applied")
    house.push({SIGNERS: ada.public}, by=ada)
    with pytest.raises(BadSpec, match="there is no public key"):
        house.once()
