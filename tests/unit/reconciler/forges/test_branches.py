"""Proposals as plain branches, near and far, in bare repositories and under people's feet."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.forges import branches
from reconciler.forges.branches import MergedByLines, ProposalBranches
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.observed import Proposal, ProposalState
from reconciler.ports.forge import Forge, ProposalOrder
from reconciler.providers.forge.git import GitForge
from reconciler.signatures import SigningKey
from tests.unit.reconciler.git.people import Clone, bare, git
from tests.unit.reconciler.signers import Key, ssh_key

NAME, OTHER = "promotions/loans/3f2a1b4c5d6e", "promotions/loans/aaaaaaaaaaaa"
BRANCH = f"proposals/prod/{NAME}"
FILE = "environments/prod/deployments/loans.yaml"
TEXT = "# how many\nreplicas: {minimum: 2}\nmodel:\n  trial: old  # pinned\nlast: 1\n"
EDITS = {"model.trial": "experiments/loans/1", "model.digest": "sha256:1"}

Order = Callable[..., ProposalOrder]


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return bare(tmp_path / "origin.git")


@pytest.fixture
def ada(tmp_path: Path, origin: Path) -> Clone:
    clone = Clone(tmp_path / "ada", origin)
    clone.commit({FILE: TEXT, "README.md": "hello"})
    clone.push()
    return clone


@pytest.fixture(params=["near", "far"])
def repository(request: pytest.FixtureRequest, tmp_path: Path, origin: Path, ada: Clone) -> Iterator[Repository]:
    opened = open_repository(origin if request.param == "near" else origin.as_uri(), tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def forge(repository: Repository) -> GitForge:
    return GitForge(repository, "prod", "main")


@pytest.fixture
def order(ada: Clone) -> Order:
    def made(name: str = NAME, edits: Mapping[str, Any] = EDITS, file: str = FILE) -> ProposalOrder:
        base = CommitId(ada.git("rev-parse", "main"))
        return ProposalOrder(name, base, file, edits, "Promote loans", "## Evidence\n\n| metric | old | new |")

    return made


def again(forge: GitForge) -> Mapping[str, Proposal]:
    forge._repository.refresh()
    return forge.list()


def test_it_fills_the_port(forge: GitForge) -> None:
    port: Forge = forge
    assert port.list() == {}


def test_a_proposal_is_a_branch_with_its_evidence(forge: GitForge, order: Order, origin: Path, ada: Clone) -> None:
    forge.propose(order())
    told = again(forge)[NAME]
    assert (told.name, told.branch, told.state) == (NAME, BRANCH, ProposalState.OPEN)
    assert told.commit == git(origin, "rev-parse", BRANCH)
    assert git(origin, "rev-parse", f"{BRANCH}^") == ada.git("rev-parse", "main")
    diff = git(origin, "diff", "--unified=0", f"{BRANCH}^", BRANCH).splitlines()
    assert [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "-  trial: old  # pinned",
        "+  trial: experiments/loans/1 # pinned",
        "+  digest: sha256:1",
    ]
    message = git(origin, "log", "-1", "--format=%an|%B", BRANCH)
    assert message.startswith("Setpoint|Promote loans\n\n## Evidence")
    assert message.endswith(f"Proposal: {NAME}\nEnvironment: prod")


def test_proposing_twice_is_proposing_once(forge: GitForge, order: Order) -> None:
    forge.propose(order())
    first = again(forge)[NAME]
    forge.propose(order(edits={"model.trial": "else"}))
    assert again(forge) == {NAME: first}


def test_a_file_is_made_where_there_is_none(forge: GitForge, order: Order, origin: Path) -> None:
    forge.propose(order(file="environments/prod/new/x.yaml"))
    text = git(origin, "show", f"{BRANCH}:environments/prod/new/x.yaml")
    assert text == "model:\n  trial: experiments/loans/1\n  digest: sha256:1"


def test_a_merge_is_a_commit_of_its_own(forge: GitForge, order: Order, origin: Path, ada: Clone) -> None:
    forge.propose(order())
    head, proposed = ada.git("rev-parse", "main"), again(forge)[NAME].commit
    merged = forge.merge(NAME)
    assert git(origin, "log", "-1", "--format=%H %P", "main").split() == [merged, head, proposed]
    assert "trial: experiments/loans/1" in git(origin, "show", f"main:{FILE}")
    assert again(forge)[NAME].state is ProposalState.MERGED
    assert forge.merge(NAME) == merged
    forge.close(NAME)
    assert again(forge) == {}
    forge.close(NAME)


def test_a_merge_by_a_person_counts(forge: GitForge, order: Order, ada: Clone) -> None:
    forge.propose(order())
    ada.git("fetch", "--quiet", "origin", BRANCH)
    ada.git("merge", "--quiet", "--no-ff", "-m", "Yes", "FETCH_HEAD")
    ada.push()
    assert again(forge)[NAME].state is ProposalState.MERGED


def test_a_branch_that_has_moved_on_is_merged_three_ways(
    forge: GitForge, order: Order, origin: Path, ada: Clone
) -> None:
    forge.propose(order())
    ada.commit({FILE: TEXT.replace("last: 1", "last: 2"), "other": "1"})
    ada.push()
    forge._repository.refresh()
    forge.merge(NAME)
    text = git(origin, "show", f"main:{FILE}")
    assert "trial: experiments/loans/1" in text
    assert "last: 2" in text
    assert git(origin, "show", "main:other") == "1"


def test_a_conflict_is_refused_and_changes_nothing(forge: GitForge, order: Order, origin: Path, ada: Clone) -> None:
    forge.propose(order())
    head = ada.commit({FILE: TEXT.replace("trial: old", "trial: mine")})
    ada.push()
    forge._repository.refresh()
    with pytest.raises(Refused, match=f"conflicts with refs/heads/main in {FILE}") as told:
        forge.merge(NAME)
    assert told.value.hint
    assert git(origin, "rev-parse", "main") == head
    assert again(forge)[NAME].state is ProposalState.OPEN


def test_a_push_in_between_is_merged_too(
    forge: GitForge, order: Order, origin: Path, ada: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.propose(order())
    advance, late = forge._repository.advance, []

    def after_ada(update: RefUpdate) -> None:
        if not late:
            late.append(ada.commit({"late": "1"}))
            ada.push()
        advance(update)

    monkeypatch.setattr(forge._repository, "advance", after_ada)
    forge.merge(NAME)
    assert git(origin, "show", "main:late") == "1"
    assert "trial: experiments/loans/1" in git(origin, "show", f"main:{FILE}")


def test_a_branch_that_never_rests_is_a_lost_race(
    forge: GitForge, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(update: RefUpdate) -> None:
        raise Raced("moved")

    forge.propose(order())
    monkeypatch.setattr(forge._repository, "advance", lost)
    monkeypatch.setattr("reconciler.forges.branches._ATTEMPTS", 2)
    with pytest.raises(Raced, match="refs/heads/main moved"):
        forge.merge(NAME)


def test_what_is_not_there_cannot_be_merged(forge: GitForge) -> None:
    with pytest.raises(Refused, match="no proposal"):
        forge.merge(NAME)


def test_a_merged_proposal_makes_way_for_a_new_one(forge: GitForge, order: Order, ada: Clone) -> None:
    forge.propose(order())
    forge.merge(NAME)
    ada.git("pull", "--quiet", "origin", "main")
    forge._repository.refresh()
    forge.propose(order(edits={"model.trial": "again"}))
    assert again(forge)[NAME].state is ProposalState.OPEN


def test_environments_and_odd_branches_are_left_alone(
    forge: GitForge, repository: Repository, order: Order, origin: Path
) -> None:
    git(origin, "update-ref", "refs/heads/proposals/prod/by-hand", "main")
    git(origin, "update-ref", "refs/heads/proposals/prod/a/b/../c".replace("..", "x"), "main")
    dev = GitForge(repository, "dev", "main")
    dev.propose(order(OTHER))
    forge.propose(order())
    assert set(again(forge)) == {NAME}
    assert set(again(dev)) == {OTHER}
    dev.close(NAME)
    assert set(again(forge)) == {NAME}


@pytest.mark.parametrize("name", ["../main", "a/b", "a/b/c/d", "promotions/x/..", ""])
def test_odd_names_are_refused(forge: GitForge, order: Order, name: str) -> None:
    for verb in (lambda: forge.propose(order(name)), lambda: forge.merge(name), lambda: forge.close(name)):
        with pytest.raises(Refused, match="name of a proposal"):
            verb()


def test_what_cannot_be_edited_is_refused(forge: GitForge, order: Order, ada: Clone) -> None:
    ada.write({"odd.yaml": "- 1\n", "broken.yaml": "a: ["})
    (ada.folder / "latin.yaml").write_bytes(b"a: \xff\n")
    (ada.folder / "link.yaml").symlink_to("README.md")
    (ada.folder / "linked").symlink_to("environments")
    ada.commit({})
    ada.push()
    forge._repository.refresh()
    for file in (
        "odd.yaml",
        "broken.yaml",
        "latin.yaml",
        "link.yaml",
        "linked/x.yaml",
        "environments",
        "../x",
        "README.md/x",
    ):
        with pytest.raises(Refused) as told:
            forge.propose(order(file=file))
        assert told.value.hint
    with pytest.raises(Refused, match="has no commit"):
        forge.propose(ProposalOrder(NAME, CommitId("1" * 40), FILE, EDITS, "x"))
    assert again(forge) == {}


def test_a_repository_without_the_watched_branch(repository: Repository, order: Order, origin: Path) -> None:
    forge = GitForge(repository, "prod", "main")
    forge.propose(order())
    git(origin, "update-ref", "-d", "refs/heads/main")
    assert again(forge)[NAME].state is ProposalState.OPEN
    with pytest.raises(Refused):
        forge.merge(NAME)


def test_one_that_is_out_of_reach_is_no_empty_list(forge: GitForge, origin: Path, tmp_path: Path) -> None:
    origin.rename(tmp_path / "away.git")
    forge._repository.refresh()
    with pytest.raises(Unavailable):
        forge.list()


class TestUnderPeoplesFeet:
    """The watched repository is somebody's own clone, with the watched branch checked out."""

    @pytest.fixture
    def forge(self, ada: Clone, tmp_path: Path) -> Iterator[GitForge]:
        opened = open_repository(ada.folder, tmp_path / "state")
        yield GitForge(opened, "prod", "main")
        opened.close()

    def test_the_work_tree_follows_a_merge(self, forge: GitForge, order: Order, ada: Clone) -> None:
        ada.write({"README.md": "being edited", "notes": "untracked"})
        forge.propose(order())
        assert (ada.folder / FILE).read_text() == TEXT
        forge.merge(NAME)
        assert "trial: experiments/loans/1" in (ada.folder / FILE).read_text()
        assert ada.git("status", "--porcelain").splitlines() == ["M README.md", "?? notes"]

    def test_changes_in_the_way_are_kept(self, forge: GitForge, order: Order, ada: Clone) -> None:
        forge.propose(order())
        ada.write({FILE: "mine: 1\n"})
        with pytest.raises(Refused, match="in the way") as told:
            forge.merge(NAME)
        assert "bare repository" in told.value.hint
        assert (ada.folder / FILE).read_text() == "mine: 1\n"
        assert forge.list()[NAME].state is ProposalState.OPEN


class TestWithASigningKey:
    """What is merged is signed, and only what was proposed here."""

    @pytest.fixture
    def key(self, tmp_path: Path) -> Key:
        return ssh_key(tmp_path, "setpoint")

    @pytest.fixture
    def signing(self, repository: Repository, key: Key) -> GitForge:
        return GitForge(repository, "prod", "main", SigningKey(key.path))

    def test_proposals_and_merges_are_signed(
        self, signing: GitForge, order: Order, key: Key, ada: Clone, origin: Path, tmp_path: Path
    ) -> None:
        signing.propose(order())
        signing.propose(order(OTHER, {"last": 2}))
        signing.merge(NAME)
        signing.merge(OTHER)
        (tmp_path / "signers").write_text(key.public)
        options = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'signers'}")
        told = git(origin, *options, "log", "--format=%G? %GS", "main", f"^{ada.git('rev-parse', 'main')}")
        assert told.splitlines() == ["G setpoint@example.org"] * 4

    def test_a_proposal_that_somebody_else_has_changed_is_not_merged(
        self, signing: GitForge, repository: Repository, order: Order, ada: Clone, origin: Path, tmp_path: Path
    ) -> None:
        signing.propose(order())
        before = git(origin, "rev-parse", "main")
        ada.git("fetch", "--quiet", "origin", BRANCH)
        ada.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        for by in (None, ssh_key(tmp_path, "mallory")):
            files = {FILE: "replicas: {minimum: 64}\n"}
            _ = by.commit(ada, files) if by else ada.commit(files)
            ada.push("--force", f"HEAD:{BRANCH}")
            repository.refresh()
            with pytest.raises(Refused, match="is not as it was made here"):
                signing.merge(NAME)
        assert git(origin, "rev-parse", "main") == before

    def test_nor_is_one_of_another_name_or_environment(
        self, signing: GitForge, order: Order, repository: Repository, key: Key, origin: Path
    ) -> None:
        """Whoever may push could put an old proposal of ours in place of another one."""
        signing.propose(order())
        git(origin, "update-ref", f"refs/heads/proposals/prod/{OTHER}", f"refs/heads/{BRANCH}")
        git(origin, "update-ref", f"refs/heads/proposals/dev/{NAME}", f"refs/heads/{BRANCH}")
        dev = GitForge(repository, "dev", "main", SigningKey(key.path))
        repository.refresh()
        for forge, name in ((signing, OTHER), (dev, NAME)):
            with pytest.raises(Refused, match="is not as it was made here"):
                forge.merge(name)

    def test_one_from_before_there_was_a_key_is_made_anew(
        self, forge: GitForge, signing: GitForge, order: Order, repository: Repository
    ) -> None:
        forge.propose(order())
        with pytest.raises(Refused, match="or by another signing key") as refused:
            signing.merge(NAME)
        assert "close it, and it is made anew" in refused.value.hint
        signing.close(NAME)
        signing.propose(order())
        assert signing.merge(NAME)


def test_a_proposal_that_somebody_pushed_to_is_told_as_theirs(forge: GitForge, order: Order, ada: Clone) -> None:
    forge.propose(order())
    assert not forge.list()[NAME].by_hand
    ada.git("fetch", "-q", "origin", BRANCH)
    ada.git("checkout", "-q", "--detach", "FETCH_HEAD")
    ada.commit({"README.md": "mine"})
    ada.push(f"HEAD:{BRANCH}")
    forge._repository.refresh()
    assert forge.list()[NAME].by_hand


def test_a_proposal_that_fell_behind_is_told_once_the_branch_has_moved(
    forge: GitForge, order: Order, ada: Clone
) -> None:
    forge.propose(order())
    ada.commit({"README.md": "more"})
    ada.push()
    forge._repository.refresh()
    assert not forge.list()[NAME].conflicts
    ada.commit({FILE: TEXT.replace("trial: old", "trial: mine")})
    ada.push()
    forge._repository.refresh()
    told = forge.list()[NAME]
    assert (told.conflicts, told.by_hand) == (True, False)


def test_what_is_known_of_a_proposal_is_looked_at_once(
    forge: GitForge, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.propose(order())
    forge.list()
    monkeypatch.setattr(branches, "merge_trees", lambda *_: pytest.fail("it was merged again"))
    forge.list()


def test_where_lines_are_compared_changes_side_by_side_conflict(
    repository: Repository, order: Order, ada: Clone
) -> None:
    """Forges merge by lines: what only YAML can tell apart is made anew there."""
    by_lines = MergedByLines(repository, "prod", "main")
    by_lines.propose(order())
    ada.commit({FILE: TEXT.replace("last: 1", "last: 2")})
    ada.push()
    repository.refresh()
    assert by_lines.list()[NAME].conflicts
    assert not ProposalBranches(repository, "prod", "main").list()[NAME].conflicts
    with pytest.raises(Refused, match="conflicts with"):
        by_lines.merge(NAME)
