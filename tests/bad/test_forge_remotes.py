"""What only a forge does with a repository, and clones of it as the repository that the daemon watches."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.git.repository import open_repository
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.wiring import SystemClock
from tests.bad.ground import Ground
from tests.bad.test_remotes import OTHER, POOL, converged, goes_on, inventory, push
from tests.bad.test_repositories import CODE
from tests.servers.gitea import Gitea, Person
from tests.unit.reconciler.git.people import Clone

pytestmark = [pytest.mark.servers, pytest.mark.slow]
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"


@dataclass(frozen=True)
class Forge:
    """A repository on a real Gitea that an environment has converged on, and its owner."""

    server: Gitea
    owner: Person
    ground: Ground

    @property
    def repository(self) -> str:
        """Return its name as the API has it."""
        return f"{self.owner.name}/specs"

    def ask(self, method: str, path: str, **asked: object) -> None:
        """Ask the API about it, as its owner."""
        self.server.api(
            method, f"/repos/{self.repository}{path}", token=self.owner.token, json=asked
        ).raise_for_status()


@pytest.fixture
def forge(gitea: Gitea, tmp_path: Path) -> Iterator[Forge]:
    owner = gitea.create_user(f"bad-{os.urandom(4).hex()}")
    ground = converged(tmp_path, gitea.create_repository(owner, "specs"))
    yield Forge(gitea, owner, ground)
    ground.source.close()


def test_a_branch_that_was_deleted_there_and_made_again_goes_on(forge: Forge) -> None:
    """The forge deletes no default branch: somebody makes another one that first."""
    ground, before = forge.ground, inventory(forge.ground)
    push(ground, "origin", "HEAD:refs/heads/other")
    forge.ask("PATCH", "", default_branch="other")
    forge.ask("DELETE", "/branches/main")
    ground.passes()
    gone = "the watched branch is gone or empty; the last applied commit stays in force"
    assert ground.last_pass()["notes"] == [gone]
    assert inventory(ground) == before
    goes_on(ground)


def test_a_branch_that_was_renamed_there_leaves_what_is_applied_in_force(forge: Forge) -> None:
    """The forge sends Git nowhere else for a branch that it has renamed; its name has to be mended in the settings."""
    ground, before = forge.ground, inventory(forge.ground)
    forge.ask("PATCH", "/branches/main", name="trunk")
    ground.passes()
    (note,) = ground.last_pass()["notes"]
    assert note.startswith("the watched branch is gone or empty")
    assert inventory(ground) == before
    forge.ask("PATCH", "/branches/trunk", name="main")
    goes_on(ground)


def test_urls_of_one_repository_by_other_people_and_names_are_one_environment(forge: Forge, tmp_path: Path) -> None:
    friend = forge.server.create_user(f"friend-{forge.owner.name}")
    forge.server.add_collaborator(forge.repository, friend.name)
    mine, theirs = (forge.server.clone_url(forge.repository, who) for who in (forge.owner, friend))
    places = [mine, theirs, mine.removesuffix(".git"), mine.replace("/specs.git", "/Specs.git")]
    leases = [
        Lease(open_repository(place, tmp_path / f"s{number}"), "dev", f"host-{number}:1", SystemClock())
        for number, place in enumerate(places)
    ]
    leases[0].acquire()
    for lease in leases[1:]:
        with pytest.raises(LeaseHeld, match="host-0:1"):
            lease.acquire()


def test_submodules_and_pointers_of_git_lfs_in_code_are_told_and_stop_nothing_else(forge: Forge) -> None:
    """Neither a clone of the submodule nor the large file is fetched: Git has the names of both and no more."""
    ground = forge.ground
    ground.commit({"specs/experiments/own.yaml": CODE, "src/train.py": POINTER, **OTHER})
    ground.passes()
    assert "train.py is a Git LFS pointer, not the file itself" in ground.message("experiments/own")
    ground.commit({"src/train.py": "print()\n"})
    ground.people.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},src/lib")
    ground.people.git("commit", "--quiet", "-m", "A submodule")
    push(ground, "origin", "HEAD:main")
    ground.passes()
    assert "lib is a submodule" in ground.message("experiments/own")
    assert ground.state("datasets/loans") == ground.state("pools/other") == "ready"


def watching(forge: Forge, folder: Path, how: str) -> Ground:
    """Return an environment whose repository is an incomplete clone, on this machine, of the one on the forge."""
    forge.ground.commit({POOL: "capacity: {cpus: 4}\n"})
    ground = Ground(folder / "clone", {})
    ground.people = Clone(folder / "clone", forge.ground.url)
    ground.people.git("fetch", "--quiet", how, "origin", "main")
    ground.people.git("update-ref", "refs/heads/main", "FETCH_HEAD")
    return ground


def test_a_shallow_clone_is_watched_until_history_has_to_tell(forge: Forge, tmp_path: Path) -> None:
    ground = watching(forge, tmp_path / "more", "--depth=1")
    ground.people.git("reset", "--quiet", "--hard")
    ground.passes()
    assert ground.state("pools/other") == "ready"
    first = str(ground.source.head())
    ground.commit({POOL: "capacity: {cpus: 5}\n"})
    assert ground.trouble() == "", "a commit on top of the one that was applied says so itself"
    for cpus in (6, 7):
        forge.ground.commit({POOL: f"capacity: {{cpus: {cpus}}}\n"})
    ground.people.git("fetch", "--quiet", "--depth=1", "origin", "main")
    ground.people.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    for _ in range(2):
        assert "is a shallow clone: whether" in ground.trouble()
    ground.people.git("fetch", "--quiet", "--unshallow", "origin", "main")
    ground.passes()
    (note,) = ground.last_pass()["notes"]
    assert "doesn't descend" in note, "the commit that was made here is on no branch any more"
    assert first in ground.people.git("rev-list", "HEAD")


def test_a_partial_clone_gets_what_it_lacks_from_the_forge_and_says_when_that_is_gone(
    forge: Forge, tmp_path: Path
) -> None:
    ground = watching(forge, tmp_path / "more", "--filter=blob:none")
    missing = ground.people.git("rev-list", "--objects", "--all", "--missing=print")
    assert "?" in missing, "the clone has blobs that it never asked for"
    ground.passes()
    assert ground.state("datasets/loans") == ground.state("pools/other") == "ready"
    before = inventory(ground)
    forge.ground.commit({POOL: "capacity: {cpus: 9}\n"})
    ground.people.git("fetch", "--quiet", "--filter=blob:none", "origin", "main")
    ground.people.git("update-ref", "refs/heads/main", "FETCH_HEAD")
    ground.people.git("remote", "set-url", "origin", (tmp_path / "nowhere").as_uri())
    assert "from promisor remote" in ground.trouble()
    assert inventory(ground) == before
    ground.people.git("remote", "set-url", "origin", forge.ground.url)
    assert ground.trouble() == ""
