"""Leaving: nothing of a preview is left, and what others have of the same runs stays as it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.refs import RefUpdate
from reconciler.model.ids import Address, CommitId, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.ports.engines import Engines
from reconciler.ports.forge import ProposalOrder
from reconciler.ports.pool import JobOrder
from reconciler.ports.serving import RevisionOrder
from reconciler.previews.leaving import leave, remains
from reconciler.providers.data.git import GitData
from reconciler.providers.forge.git import GitForge
from reconciler.providers.memory import MemoryPool, MemoryServing, World
from reconciler.status.branch import StatusBranch
from reconciler.watched.branch import Source
from reconciler.yaml.dump import dump
from tests.unit.reconciler.git.people import Clone, bare, git

MINE, SHARED = RunName("experiments/loans/aaaaaaaaaaaa"), RunName("datasets/loans/bbbbbbbbbbbb")
OPEN = RunName("experiments/loans/cccccccccccc")
DEPLOYMENT = Address("deployments/loans")
FILE = "environments/pr-7/deployments/loans.yaml"


class Place:
    """A preview of pull request 7 on a data store that `dev` uses, too."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.world = folder, World()
        self.origin = bare(folder / "origin.git")
        ada = Clone(folder / "ada", self.origin)
        self.base = CommitId(ada.commit({FILE: "replicas: {minimum: 1}\n"}))
        ada.push("HEAD:main")
        ada.push("HEAD:preview/pr-7")
        self.source = Source.open(self.origin, "main", folder / "state")
        self.status = StatusBranch(self.source.repository, "pr-7")
        self.engines = self.of("pr-7")

    def of(self, name: str) -> Engines:
        data, world = GitData(self.folder / "data", name), self.world
        forge = GitForge(self.source.repository, name, f"preview/{name}")
        return Engines(data, data, MemoryPool(world), MemoryServing(world, name), forge, world.clock)

    def make(self, run: RunName, environment: str, *, accepted: bool = True) -> None:
        engines = self.of(environment)
        url = engines.data.open(run)
        (Path(url.removeprefix("file://")) / "result.json").write_text(json.dumps({"accepted": True}))
        engines.pool.submit(JobOrder(run, Address("pools/shared"), "tries", Resources(), 60.0))
        if accepted:
            engines.data.commit(run, {"run": run})
            engines.data.merge(run)

    def told(self, *addresses: str, commit: CommitId | None = None) -> None:
        """Leave a status, as a pass of a commit does."""
        files: dict[str, bytes | None] = {f"status/{one}.yaml": dump({"state": "ready"}) for one in addresses}
        files["pass.yaml"] = dump({"environment": "pr-7", "commit": commit or self.base})
        self.status.write(files, "pr-7: pass")

    @property
    def refs(self) -> list[str]:
        told = git(self.origin, "for-each-ref", "--format=%(refname)").splitlines()
        return [ref for ref in told if "pr-7" in ref]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.source.close()


def leavings(place: Place) -> None:
    """Have a preview that has made something of every kind."""
    place.make(SHARED, "dev")
    place.engines.data.merge(SHARED)
    place.make(MINE, "pr-7")
    place.make(OPEN, "pr-7", accepted=False)
    place.told("pools/shared")
    order = ProposalOrder("promotions/loans/3f2a1b4c5d6e", place.base, FILE, {"model.trial": MINE}, "Promote")
    place.engines.forge.propose(order)
    place.source.repository.swap([RefUpdate("refs/setpoint/pr-7/lease", place.base, None)])


def test_all_that_was_kept_goes_but_for_its_branch(place: Place) -> None:
    leavings(place)
    assert len(place.refs) == 4
    leave("pr-7", place.engines, place.source.repository)
    assert place.refs == ["refs/heads/preview/pr-7"]
    listing = place.engines.data.list()
    assert not listing.branches
    assert {run: version.here for run, version in listing.versions.items()} == {SHARED: False}
    assert not git(place.folder / "data" / "objects.git", "for-each-ref", "refs/heads/pr-7", "refs/tags/pr-7")
    assert not list((place.folder / "data").rglob("cccccccccccc"))


def test_what_others_have_stays_with_its_job(place: Place) -> None:
    leavings(place)
    leave("pr-7", place.engines, place.source.repository)
    assert set(place.engines.pool.list().jobs) == {SHARED}
    dev = place.of("dev")
    assert dev.data.list().versions[SHARED].here
    assert json.loads(dev.reader.read(SHARED, "result.json")) == {"accepted": True}


def test_it_may_be_done_again_and_where_there_was_nothing(place: Place) -> None:
    leave("pr-7", place.engines, place.source.repository)
    leavings(place)
    for _ in range(2):
        leave("pr-7", place.engines, place.source.repository)
    assert place.refs == ["refs/heads/preview/pr-7"]


def test_as_long_as_something_is_there_that_a_pass_deletes_it_is_told(place: Place) -> None:
    assert remains(place.engines, place.status, place.base) == "", "it was never driven"
    place.told("pools/shared", "datasets/loans", commit=CommitId("a" * 40))
    assert remains(place.engines, place.status, place.base) == "no pass of its last commit has ended yet"
    place.told()
    assert remains(place.engines, place.status, place.base) == "datasets/loans is being removed"
    place.status.write({"status/datasets/loans.yaml": None}, "pr-7: gone")
    assert remains(place.engines, place.status, place.base) == "", "pools stay configured"


def test_a_job_and_an_endpoint_hold_it_up(place: Place) -> None:
    place.make(OPEN, "pr-7", accepted=False)
    assert remains(place.engines, place.status, place.base) == f"the job {OPEN} is being stopped"
    order = RevisionOrder(DEPLOYMENT, Digest("r"), MINE, "memory://x", "sha256:00", Replicas(), Resources())
    place.engines.serving.start(order)
    assert remains(place.engines, place.status, place.base) == f"the endpoint {DEPLOYMENT} is being taken away"
