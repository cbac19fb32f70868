"""A commit is parted into what was signed and its signature, byte by byte as Git does it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.git.bare import make_bare
from reconciler.git.commits import format_commit
from reconciler.git.objects import ObjectStore, object_id
from reconciler.git.signed import LARGEST, parse_signed, read_signed, with_signature
from reconciler.model.errors import Refused, Unavailable
from reconciler.signatures.ssh import SigningKey, check
from tests.unit.reconciler.git.people import Clone, git
from tests.unit.reconciler.signers import ssh_key

SIGNATURE = b"-----BEGIN SSH SIGNATURE-----\nAAAA\nBBBB\n-----END SSH SIGNATURE-----\n"
TREE, PARENT = "1" * 40, "2" * 40
PLAIN = format_commit(TREE, [PARENT], "Change\n\ngpgsig of no meaning\n", when=1_700_000_000)


def test_a_commit_without_a_signature_is_as_it_is() -> None:
    found = parse_signed("c", PLAIN)
    assert (found.payload, found.signature, found.flaw) == (PLAIN, b"", "")
    assert found.parents == (PARENT,)
    assert found.when == datetime.fromtimestamp(1_700_000_000, UTC)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_signature_is_taken_out_and_put_in(algorithm: str) -> None:
    whole = with_signature(PLAIN, SIGNATURE, algorithm)
    found = parse_signed("c", whole, algorithm)
    assert (found.payload, found.signature, found.flaw) == (PLAIN, SIGNATURE, "")


def test_two_signatures_are_none() -> None:
    twice = with_signature(with_signature(PLAIN, SIGNATURE), SIGNATURE)
    found = parse_signed("c", twice)
    assert (found.signature, found.flaw) == (b"", "carries several signatures")
    mixed = with_signature(with_signature(PLAIN, SIGNATURE), SIGNATURE, "sha256")
    assert parse_signed("c", mixed).flaw == "carries several signatures"


def test_a_signature_for_ids_of_another_hash_is_none() -> None:
    found = parse_signed("c", with_signature(PLAIN, SIGNATURE, "sha256"))
    assert (found.signature, found.flaw) == (b"", "is signed for another kind of repository")


def test_what_a_merged_tag_holds_is_signed_and_no_signature() -> None:
    tag = b"mergetag object 3\n gpgsig nothing\n -----BEGIN PGP SIGNATURE-----\n AAAA\n"
    head, gap, message = PLAIN.partition(b"\n\n")
    whole = head + b"\n" + tag.rstrip() + gap + message
    assert parse_signed("c", whole).payload == whole
    assert parse_signed("c", with_signature(whole, SIGNATURE)).payload == whole


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b" x\n", b"gpgsig\n\n", b"committer x> " + b"9" * 50 + b"\n\n", b"\xff\n\n"]
)
def test_any_bytes_are_read(content: bytes) -> None:
    assert parse_signed("c", content).signature in (b"", b"\n")


def test_git_takes_what_is_signed_here_and_the_other_way_round(ada: Clone, tmp_path: Path) -> None:
    key = ssh_key(tmp_path)
    store = ObjectStore(ada.folder / ".git")
    theirs = read_signed(store, key.commit(ada, {"a": "1"}, "Message\n\nwith ümlauts"))
    assert check(theirs.payload, theirs.signature, key.public.encode(), datetime.now(UTC)) == "ada@example.org"
    content = format_commit(ada.git("rev-parse", "HEAD^{tree}"), [theirs.id], "Ours")
    signed = with_signature(content, SigningKey(key.path).sign(content))
    store.write([("commit", signed)])
    (tmp_path / "signers").write_text(key.public)
    options = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'signers'}")
    assert ada.git(*options, "log", "-1", "--format=%G? %GS", object_id("commit", signed)) == "G ada@example.org"
    store.close()


def test_in_a_repository_of_sha256_it_is_the_same(tmp_path: Path) -> None:
    key, folder = ssh_key(tmp_path), tmp_path / "repository"
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "-b", "main", str(folder))
    git(folder, *key.settings, "commit", "--quiet", "--allow-empty", "-S", "-m", "Change")
    store = ObjectStore(folder / ".git", "sha256")
    found = read_signed(store, git(folder, "rev-parse", "HEAD"))
    assert check(found.payload, found.signature, key.public.encode(), datetime.now(UTC)) == "ada@example.org"
    store.close()


def test_a_signed_tag_is_no_signed_commit(ada: Clone, tmp_path: Path) -> None:
    key = ssh_key(tmp_path)
    commit = ada.commit({"a": "1"})
    ada.git(*key.settings, "tag", "-s", "-m", "Tag", "v1")
    store = ObjectStore(ada.folder / ".git")
    assert read_signed(store, commit).signature == b""
    with pytest.raises(Unavailable, match="is something else"):
        read_signed(store, ada.git("rev-parse", "v1"))
    store.close()


def test_a_commit_of_any_size_is_not_read(tmp_path: Path) -> None:
    store = ObjectStore(make_bare(tmp_path / "store.git"))
    content = format_commit(TREE, [], "x" * LARGEST)
    store.write([("commit", content)])
    with pytest.raises(Refused, match="is larger than 1 MiB"):
        read_signed(store, object_id("commit", content))
    store.close()


def test_a_commit_that_is_not_there_is_told(tmp_path: Path) -> None:
    store = ObjectStore(make_bare(tmp_path / "store.git"))
    with pytest.raises(Unavailable, match="isn't in"):
        read_signed(store, "3" * 40)
    store.close()
