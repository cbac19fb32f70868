"""Approvals on plain Git: a test for each sentence of the rules, by real git, ssh-keygen and gpg."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.controllers.approvals import Approval, approval
from reconciler.git.repository import Repository, open_repository
from reconciler.git.signed import with_signature
from reconciler.loop.approving import KEPT, Approving, as_listed
from reconciler.model.commit_policy import Signers
from reconciler.model.errors import Raced, Refused
from reconciler.model.ids import CommitId
from reconciler.model.kinds.approvals import Approvals
from reconciler.model.observed import Proposal
from reconciler.ports.forge import Agreed, ProposalOrder
from reconciler.providers.forge.git import GitForge
from reconciler.signatures import SigningKey
from tests.unit.reconciler.git.people import Clone, bare, git
from tests.unit.reconciler.signers import USES_GPG, Key, Keyring, restricted, ssh_key

NAME, OTHER = "promotions/employment/0123456789ab", "promotions/churn/0123456789ab"
FILE = "environments/prod/deployments/employment.yaml"
EDITS = {"model": {"trial": "experiments/employment/111111111111", "digest": "sha256:11"}}
SIGNERS = "environments/prod/allowed_signers"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TWO = Approvals(count=2, by=("ada@example.org", "bob@example.org"))
ONE = Approvals(by=("ada@example.org", "bob@example.org"))


class Ground:
    """A bare repository with one proposal, people who have keys, and the time."""

    def __init__(self, folder: Path, signing_key: SigningKey | None = None) -> None:
        self.origin = bare(folder / "origin.git")
        self.person = Clone(folder / "ada", self.origin)
        self.person.commit({FILE: "replicas: {minimum: 1}\n", SIGNERS: ""})
        self.person.push()
        self.repository: Repository = open_repository(self.origin, folder / "state")
        self.forge = GitForge(self.repository, "prod", "main", signing_key)
        self.now = NOW
        self.approving = Approving(lambda: self.now)
        self.keys: tuple[Key, ...] = ()
        self.propose(NAME)

    def propose(self, name: str) -> None:
        base = CommitId(self.person.git("ls-remote", "origin", "refs/heads/main").split()[0])
        self.forge.propose(ProposalOrder(name, base, FILE, EDITS, "Promote a trial", "Evidence."))

    def branch(self, name: str = NAME) -> str:
        return f"proposals/prod/{name}"

    def at(self, name: str = NAME) -> None:
        self.person.git("fetch", "--quiet", "origin", self.branch(name))
        self.person.git("checkout", "--quiet", "--detach", "FETCH_HEAD")

    def push(self, name: str = NAME) -> str:
        self.person.push("--force", f"HEAD:refs/heads/{self.branch(name)}")
        return self.person.git("rev-parse", "HEAD")

    def approve(self, key: Key | None, says: str = "Ada <ada@example.org>", name: str = NAME) -> str:
        """Approve as docs/promotion.md says it."""
        self.at(name)
        line = ["commit", "--quiet", "--allow-empty", "-m", "Approve"]
        line += ["--trailer", f"Approved-by: {says}"] if says else []
        if key:
            key.sign(self.person, *line)
        else:
            self.person.git(*line)
        return self.push(name)

    def signers(self, *keys: Key, lines: str = "") -> Signers:
        return Signers("".join((lines, *(key.public for key in keys))).encode())

    def heard(self, signers: Signers, name: str = NAME) -> Proposal:
        return self.approving.heard(self.forge.list(), signers)[name]

    def told(self, signers: Signers, rule: Approvals = ONE, name: str = NAME) -> Approval:
        proposal = self.heard(signers, name)
        return replace(approval(proposal.reviews, proposal.commit, rule), remarks=proposal.remarks)

    def agreed(self, proposal: Proposal) -> Agreed:
        base = CommitId(git(self.origin, "rev-parse", "main"))
        return Agreed(proposal.commit, FILE, EDITS, proposal.reviews, base=base)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    with closing(ground.repository):
        yield ground


@pytest.fixture
def ada(tmp_path: Path) -> Key:
    return ssh_key(tmp_path)


@pytest.fixture
def bob(tmp_path: Path) -> Key:
    return ssh_key(tmp_path, "bob")


def test_a_signed_commit_that_says_so_approves_and_is_merged_with_what_it_approved(ground: Ground, ada: Key) -> None:
    head = ground.approve(ada)
    assert str(ground.told(ground.signers(ada))) == "approved by ada@example.org"
    proposal = ground.heard(ground.signers(ada))
    assert (proposal.commit, proposal.by_hand, proposal.conflicts) == (head, False, False)
    merged = ground.forge.merge(NAME, ground.agreed(proposal))
    assert git(ground.origin, "rev-parse", f"{merged}^2") == head, "who approved stands in the history"
    assert git(ground.origin, "log", "-1", "--format=%B", merged).startswith(
        f"Merge proposal {NAME}\n\nPromote a trial"
    )
    assert "111111111111" in git(ground.origin, "show", f"main:{FILE}")


def test_an_approval_is_no_edit_and_a_change_on_top_of_it_makes_it_stale(ground: Ground, ada: Key) -> None:
    ground.approve(ada)
    assert not ground.forge.list()[NAME].by_hand
    ground.at()
    ground.person.commit({FILE: "model: {trial: mine}\n"})
    ground.push()
    edited = ground.heard(ground.signers(ada))
    assert (edited.by_hand, edited.reviews, edited.approving) == (True, (), ())
    ground.approve(ada)
    assert not ground.told(ground.signers(ada)).holds, "nor does one on top of what somebody edited"
    with pytest.raises(Refused, match="isn't what was proposed"):
        ground.forge.merge(NAME, ground.agreed(ground.forge.list()[NAME]))


def test_a_change_that_is_taken_back_is_an_edit_all_the_same(ground: Ground, ada: Key) -> None:
    """The tree is what was proposed, and what lies between was approved by nobody."""
    ground.at()
    proposed = ground.person.git("rev-parse", "HEAD^{tree}")
    ground.person.commit({"README.md": "# Mine\n"})
    ground.person.commit({"README.md": None})
    assert ground.person.git("rev-parse", "HEAD^{tree}") == proposed
    ground.push()
    ground.approve(ada)
    assert ground.heard(ground.signers(ada)).by_hand


def test_so_many_people_and_each_signer_once(ground: Ground, ada: Key, bob: Key, tmp_path: Path) -> None:
    second = ssh_key(_made(tmp_path / "second"))
    signers = ground.signers(ada, second, bob)
    ground.approve(ada)
    ground.approve(ada)
    ground.approve(second)
    assert str(ground.told(signers, TWO)) == "approved by ada@example.org; 1 approval missing"
    ground.approve(bob, "Bob <bob@example.org>")
    assert str(ground.told(signers, TWO)) == "approved by ada@example.org, bob@example.org"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("Ada <ada@example.org>", "isn't signed, and approves of nothing"),
        ("", "has no trailer `Approved-by: Name <mail>`"),
    ],
)
def test_a_trailer_alone_counts_as_nothing_and_says_why(ground: Ground, ada: Key, says: str, why: str) -> None:
    commit = ground.approve(None, says)
    told = ground.told(ground.signers(ada))
    assert not told.holds
    assert f"commit {commit[:12]} {why}" in str(told)
    assert not ground.heard(ground.signers(ada)).by_hand


def test_a_signature_without_the_trailer_counts_as_nothing(ground: Ground, ada: Key) -> None:
    ground.approve(ada, "")
    assert "has no trailer" in str(ground.told(ground.signers(ada)))


def test_nobody_approves_for_another(ground: Ground, ada: Key, bob: Key) -> None:
    ground.approve(bob, "Ada <ada@example.org>")
    told = ground.told(ground.signers(ada, bob))
    assert not told.holds
    assert "says `Approved-by: Ada <ada@example.org>`, and is signed by bob@example.org" in str(told)


def test_an_unknown_signer_and_one_who_was_taken_out_count_as_nothing(ground: Ground, ada: Key, bob: Key) -> None:
    ground.approve(ada)
    assert ground.told(ground.signers(ada)).holds
    gone = ground.told(ground.signers(bob))
    assert not gone.holds
    assert "is signed by the SSH key SHA256:" in str(gone)
    assert "which isn't allowed" in str(gone)
    assert not ground.told(Signers()).holds


def test_a_key_has_to_be_valid_now_and_a_verdict_is_asked_for_again(ground: Ground, ada: Key) -> None:
    ground.approve(ada)
    signers = Signers(restricted(ada, 'valid-before="20300102"').encode())
    assert ground.told(signers).holds
    ground.now = NOW + timedelta(days=2)
    told = ground.told(signers)
    assert not told.holds
    assert "is allowed, but not now" in str(told)


def test_while_nothing_moves_signatures_are_checked_once_in_a_while(ground: Ground, ada: Key) -> None:
    ground.approve(ada)
    asked: list[datetime] = []

    def check(_payload: bytes, _signature: bytes, _signers: Signers, at: datetime) -> str:
        asked.append(at)
        return "ada@example.org"

    ground.approving = Approving(lambda: ground.now, check)
    for _ in range(3):
        ground.told(ground.signers(ada))
    assert len(asked) == 1
    ground.now += KEPT
    ground.told(ground.signers(ada))
    assert len(asked) == 2


@USES_GPG
def test_openpgp_keys_approve_and_revoked_ones_do_not(ground: Ground, tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    try:
        ada = keyring.key("ada")
        ground.now = datetime.now(UTC) + timedelta(minutes=1)
        ground.approve(ada)
        assert ground.told(Signers(openpgp=ada.public.encode())).holds
        fingerprint = next(
            line.split(":")[9] for line in keyring.run("--with-colons", "--list-keys").split("\n") if line[:3] == "fpr"
        )
        revoked = (keyring.home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text().replace(":---", "---")
        (tmp_path / "revoked").write_text(revoked)
        keyring.run("--import", str(tmp_path / "revoked"))
        told = ground.told(Signers(openpgp=keyring.run("--armor", "--export", "ada@example.org").encode()))
        assert not told.holds
        assert "which was revoked" in str(told)
    finally:
        keyring.close()


def test_who_made_the_proposal_never_counts(tmp_path: Path) -> None:
    """Neither whose key signed it, nor whom it names."""
    key = ssh_key(tmp_path, "setpoint")
    ground = Ground(tmp_path, SigningKey(key.path))
    with closing(ground.repository):
        rule = Approvals(by=("setpoint@example.org", "setpoint@localhost"))
        ground.approve(key, "Setpoint <setpoint@example.org>")
        told = ground.told(ground.signers(key), rule)
        assert not told.holds
        assert "is by setpoint@example.org, who made the proposal" in str(told)
        named = Signers(key.public.replace("@example.org", "@localhost").encode())
        ground.approve(key, "Setpoint <setpoint@localhost>")
        assert not ground.told(named, rule).holds
        ada = ssh_key(tmp_path)
        ground.approve(ada)
        proposal = ground.heard(ground.signers(key, ada))
        assert [review.author for review in proposal.reviews] == ["ada@example.org"]
        assert ground.forge.merge(NAME, ground.agreed(proposal)), "it is as it was made here, and approved"


def test_an_approval_of_another_proposal_isn_t_one_of_this(ground: Ground, ada: Key) -> None:
    """A cherry-pick is signed by nobody, and a whole branch in another's place says whose it is."""
    ground.propose(OTHER)
    approved = ground.approve(ada, name=OTHER)
    signers = ground.signers(ada)
    assert ground.told(signers, name=OTHER).holds
    ground.at()
    ground.person.git("cherry-pick", "--allow-empty", approved)
    ground.push()
    told = ground.told(signers)
    assert not told.holds
    assert "isn't signed" in str(told)
    ground.person.git("checkout", "--quiet", "--detach", approved)
    ground.push()
    assert ground.heard(signers).by_hand
    assert not ground.told(signers).holds


def test_a_signature_that_is_carried_to_another_parent_is_one_no_more(ground: Ground, ada: Key) -> None:
    """By hand, since no command of Git does it."""
    ground.propose(OTHER)
    approved = ground.approve(ada, name=OTHER)
    here = git(ground.origin, "rev-parse", ground.branch())
    there = git(ground.origin, "rev-parse", f"{approved}^")
    tree = git(ground.origin, "rev-parse", f"{here}^{{tree}}")
    raw = git(ground.origin, "cat-file", "commit", approved) + "\n"
    assert raw.startswith(f"tree {tree}\n"), "both bring the same"
    forged = git(ground.origin, "hash-object", "-t", "commit", "-w", "--stdin", stdin=raw.replace(there, here))
    git(ground.origin, "update-ref", f"refs/heads/{ground.branch()}", forged)
    told = ground.told(ground.signers(ada))
    assert not told.holds
    assert "isn't one over it" in str(told)


def test_several_signatures_on_a_commit_are_none(ground: Ground, ada: Key, bob: Key) -> None:
    approved = ground.approve(ada)
    raw = (git(ground.origin, "cat-file", "commit", approved) + "\n").encode()
    twice = with_signature(raw, SigningKey(bob.path).sign(raw)).decode()
    forged = git(ground.origin, "hash-object", "-t", "commit", "-w", "--stdin", stdin=twice)
    git(ground.origin, "update-ref", f"refs/heads/{ground.branch()}", forged)
    assert "carries several signatures" in str(ground.told(ground.signers(ada, bob)))


def test_who_is_taken_out_of_the_signers_between_the_look_and_the_merge_has_not_approved(
    ground: Ground, ada: Key
) -> None:
    ground.approve(ada)
    agreed = ground.agreed(ground.heard(ground.signers(ada)))
    ground.person.git("fetch", "--quiet", "origin", "main")
    ground.person.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    ground.person.commit({SIGNERS: "# nobody any more\n"})
    ground.person.push("HEAD:refs/heads/main")
    with pytest.raises(Raced, match=f"{SIGNERS} has changed, which says who may approve"):
        ground.forge.merge(NAME, agreed)


def test_an_approval_that_comes_between_the_look_and_the_merge_is_looked_at_first(ground: Ground, ada: Key) -> None:
    agreed = ground.agreed(ground.forge.list()[NAME])
    ground.approve(ada)
    with pytest.raises(Raced, match="has moved"):
        ground.forge.merge(NAME, agreed)


def test_more_commits_than_are_looked_at_are_somebody_s_work(ground: Ground) -> None:
    ground.at()
    tree = ground.person.git("rev-parse", "HEAD^{tree}")
    head = ground.person.git("rev-parse", "HEAD")
    for number in range(51):
        head = ground.person.git("commit-tree", tree, "-p", head, "-m", f"{number}")
    ground.person.git("checkout", "--quiet", "--detach", head)
    ground.push()
    assert ground.forge.list()[NAME].by_hand


def test_what_was_found_out_is_no_news_of_the_forge(ground: Ground, ada: Key) -> None:
    ground.approve(ada)
    listed = ground.forge.list()
    heard = ground.approving.heard(listed, ground.signers(ada))
    assert heard != listed
    assert as_listed(heard) == listed == ground.forge.list()
