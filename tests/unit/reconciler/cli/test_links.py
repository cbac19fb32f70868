"""The links of the chain: each holds, doesn't, or wasn't looked at; and none is taken for well that wasn't."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.links import (
    Link,
    Verdict,
    commit_links,
    data_links,
    endpoint_link,
    files_link,
    model_link,
    pin_link,
    statement_link,
)
from reconciler.controllers.deployments import revision_of
from reconciler.model.commit_policy import CommitPolicy, Signers
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId, RunName
from reconciler.model.kinds.deployments import Deployment, Model
from reconciler.model.observed import DataListing, Version
from reconciler.ports.engines import Engines
from reconciler.provenance.envelope import Envelope
from reconciler.provenance.statement import FILE, Left, statement
from reconciler.providers.memory import World
from reconciler.providers.memory.data import DataRoom
from reconciler.signatures import ssh
from reconciler.watched.branch import Source
from tests.unit.reconciler import stage
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.origins import Open, ada, opened, origin
from tests.unit.reconciler.provenance import made
from tests.unit.reconciler.signers import Key, ssh_key

__all__ = ["ada", "opened", "origin"]
SPEC = Deployment(model=made.MODEL)
WANTED = revision_of(SPEC, made.MODEL)
OK, NOT_OK, UNSEEN = Verdict.OK, Verdict.NOT_OK, Verdict.UNSEEN


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return ssh_key(tmp_path_factory.mktemp("keys"))


def store(run: RunName = made.RUN, **files: bytes) -> Engines:
    """Return engines whose data store has one run, with files by their names without dots."""
    world = World()
    engines = stage.engines(world)
    engines.data.open(run)
    names = {"result": "result.json", "statement": FILE, "model": "model.onnx"}
    world.room(DataRoom).write(run, {names[name]: content for name, content in files.items()})
    return engines


@pytest.mark.parametrize(
    ("revisions", "traffic", "verdict", "what"),
    [
        ({WANTED: {}}, {WANTED: 100}, OK, "named by the pinned digest"),
        ({"old": {}, WANTED: {}}, {"old": 90, WANTED: 10}, NOT_OK, "revision old has 90 %"),
        ({WANTED: {}}, {}, NOT_OK, "nothing has any traffic"),
        ({WANTED: {"changed": "its image"}}, {WANTED: 100}, NOT_OK, "was changed by hand: its image"),
    ],
)
def test_the_endpoint(revisions: dict[str, Any], traffic: dict[str, int], verdict: Verdict, what: str) -> None:
    seen = stage.endpoint(*(stage.revision(name, **facts) for name, facts in revisions.items()), traffic=traffic)
    found = endpoint_link(SPEC, made.MODEL, seen)
    assert found.verdict is verdict
    assert what in found.what
    assert endpoint_link(SPEC, made.MODEL, None).verdict is NOT_OK


def test_who_pinned_it_is_told_and_nothing_is_made_up() -> None:
    assert pin_link({"file": "f", "commit": None}).verdict is UNSEEN
    found = pin_link({"commit": "a" * 40, "author": "Ada", "merge": "b" * 40, "merged_by": "Bob"})
    assert (found.verdict, found.what) == (OK, f"commit {'a' * 12} by Ada, merged by Bob in {'b' * 12}")


def test_the_model_is_held_against_the_pin() -> None:
    engines = store(result=json.dumps(made.RESULT).encode())
    assert model_link(engines.reader, made.MODEL).verdict is OK
    other = Model(trial=made.RUN, digest="sha256:" + "0" * 64)
    assert model_link(engines.reader, other).verdict is NOT_OK
    assert "isn't in the data store" in model_link(stage.engines(World()).reader, made.MODEL).what


def statement_of(content: bytes, signers: str, *, is_demanded: bool = False) -> Link:
    reader = store(statement=content).reader
    return statement_link(reader, made.MODEL, signers.encode(), is_demanded, made.NOW)[0]


def test_the_statement_is_ok_only_by_a_signature(key: Key, tmp_path: Path) -> None:
    good, unsigned = made.signed(made.payload(), key).line(), Envelope(made.payload()).line()
    stranger = ssh_key(tmp_path, "eve").public
    assert statement_of(good, key.public) == Link("statement", OK, "signed by ada@example.org")
    assert statement_of(good, stranger).verdict is NOT_OK
    assert statement_of(good, "").verdict is UNSEEN
    assert statement_of(unsigned, key.public) == Link(
        "statement", UNSEEN, "it is about this model, and it isn't signed"
    )
    assert statement_of(unsigned, key.public, is_demanded=True).verdict is NOT_OK
    assert statement_of(b"{}", "").verdict is NOT_OK


def test_a_statement_about_something_else_is_not_ok_whoever_signed() -> None:
    other = statement(made.origin(run=RunName("experiments/score/ffffffffffff")), made.COMMIT, made.LEFT, "1")
    assert statement_of(Envelope(other).line(), "").verdict is NOT_OK


def test_one_that_is_not_there_is_not_ok_where_it_is_demanded(monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    reader = store().reader
    for is_demanded, verdict in ((False, UNSEEN), (True, NOT_OK)):
        link, told = statement_link(reader, made.MODEL, b"", is_demanded, made.NOW)
        assert (link.verdict, told) == (verdict, None)

    def missing(*_: object) -> str:
        raise Unavailable("ssh-keygen is not installed", "install it")

    monkeypatch.setattr("reconciler.cli.links.vouch", missing)
    assert statement_of(made.signed(made.payload(), key).line(), key.public).verdict is UNSEEN


def told(files: Mapping[str, bytes] | None = None, **facts: Any) -> dict[str, Any]:
    """Return what a statement tells of files and of data."""
    digests = {path: f"sha256:{sha256(content).hexdigest()}" for path, content in (files or {}).items()}
    left = Left(
        {**made.RESULT, "files": digests}, f"sha256:{sha256(b'{}').hexdigest()}", facts.pop("inputs", made.LEFT.inputs)
    )
    found: dict[str, Any] = json.loads(statement(made.origin(**facts), made.COMMIT, left, "1"))
    return found


def test_each_file_is_held_against_its_digest() -> None:
    reader = store(model=b"model", result=b"{}").reader
    assert files_link(reader, made.RUN, told({"model.onnx": b"model"})) == Link(
        "files", OK, "what the run has left is as the statement says: 2 files"
    )
    assert files_link(reader, made.RUN, told({"model.onnx": b"other"})).what == "model.onnx is another file"
    assert (
        files_link(reader, made.RUN, told({"gone": b"", "../../up": b""})).what == "../../up is no path, gone is gone"
    )
    assert files_link(store(result=b"{ }").reader, made.RUN, told()).what == "result.json is another file"


@pytest.mark.parametrize(
    "predicate",
    [
        {"buildDefinition": {"externalParameters": []}},
        {"buildDefinition": {"externalParameters": {"inputs": [1]}, "resolvedDependencies": {"a": 1}}},
        {"buildDefinition": {"resolvedDependencies": [1, {"name": "specs", "digest": "x"}]}, "runDetails": 7},
        {"buildDefinition": {}, "runDetails": {"byproducts": [1, {"name": "result.json", "digest": []}]}},
    ],
)
def test_what_anybody_may_have_written_is_read_within_bounds(predicate: Any, opened: Open, ada: Clone) -> None:
    source, odd = Source(opened(), "main"), {"predicate": predicate, "subject": [1, {"name": 3, "digest": 4}]}
    ada.commit({"x": "1\n"}, "Begin")
    ada.push()
    source.repository.refresh()
    head = source.head()
    assert head
    reader = store().reader
    assert [link.verdict for link in commit_links(source, head, odd, CommitPolicy())] == [NOT_OK]
    assert [link.verdict for link in data_links(reader, DataListing(CommitId("")), odd)] == [UNSEEN]
    assert files_link(reader, made.RUN, odd).verdict is UNSEEN


def test_data_is_held_against_what_was_read() -> None:
    content = b"{}"
    reader, digest = store(made.DATA, result=content).reader, f"sha256:{sha256(content).hexdigest()}"
    listing = DataListing(CommitId(""), {}, {made.DATA: Version(made.DATA, made.DATA_COMMIT)})

    def link(listing: DataListing, inputs: Mapping[str, str]) -> Link:
        (found,) = data_links(reader, listing, told(inputs=inputs))
        return found

    assert link(listing, {"dataset": digest}).verdict is OK
    assert link(listing, {"dataset": "sha256:00"}).verdict is NOT_OK
    assert link(listing, {}).verdict is UNSEEN
    assert link(DataListing(CommitId("")), {"dataset": digest}).verdict is NOT_OK
    moved = DataListing(CommitId(""), {}, {made.DATA: Version(made.DATA, CommitId("f" * 40))})
    assert link(moved, {"dataset": digest}).verdict is NOT_OK


def commits(source: Source, commit: str, policy: CommitPolicy, tree: str = "") -> list[tuple[str, Verdict]]:
    head = source.head()
    assert head
    code = ("code", tree) if tree else None
    found = json.loads(statement(made.origin(code=code), CommitId(commit), made.LEFT, "1"))
    return [(link.name, link.verdict) for link in commit_links(source, head, found, policy)]


def test_the_commit_its_signature_and_the_code(opened: Open, ada: Clone, key: Key, tmp_path: Path) -> None:
    source, signers = Source(opened(), "main"), Signers(key.public.encode())
    unsigned = ada.commit({"code/x.py": "print()\n"}, "Begin")
    signed = key.commit(ada, {"more": "1\n"})
    ada.push()
    source.repository.refresh()
    tree = ada.git("rev-parse", f"{signed}:code")
    demanding = CommitPolicy("signed", signers)
    assert commits(source, signed, demanding, tree) == [("specs", OK), ("specs, signature", OK), ("code", OK)]
    assert commits(source, unsigned, demanding) == [("specs", OK), ("specs, signature", NOT_OK)]
    stranger = CommitPolicy("signed", Signers(ssh_key(tmp_path, "eve").public.encode()))
    assert commits(source, signed, stranger)[1] == ("specs, signature", NOT_OK)
    assert commits(source, signed, CommitPolicy(), "e" * 40)[1:] == [("specs, signature", UNSEEN), ("code", NOT_OK)]
    for odd in ("f" * 40, "--all", ""):
        assert commits(source, odd, demanding) == [("specs", NOT_OK)]


def test_a_commit_that_was_taken_off_the_branch_is_not_ok(opened: Open, ada: Clone) -> None:
    source = Source(opened(), "main")
    ada.commit({"x": "1\n"}, "Begin")
    gone = ada.commit({"x": "2\n"}, "Gone")
    ada.push()
    ada.git("reset", "--quiet", "--hard", "HEAD~1")
    ada.commit({"x": "3\n"}, "Instead")
    ada.push("--force", "HEAD:main")
    source.repository.refresh()
    assert commits(source, gone, CommitPolicy()) == [("specs", NOT_OK)]


def test_a_signature_is_for_statements_and_not_for_git(key: Key) -> None:
    assert statement_of(made.signed(made.payload(), key, namespace=ssh.GIT).line(), key.public).verdict is NOT_OK
