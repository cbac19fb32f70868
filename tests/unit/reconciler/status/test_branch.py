"""The status branch: many writers, none forced, none lost."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.git import remote
from reconciler.git.process import call
from reconciler.git.refs import RefUpdate
from reconciler.git.repository import Repository, open_repository
from reconciler.git.trees import Draft
from reconciler.model.errors import Raced, Refused, Unsafe
from reconciler.status import branch as status_branch
from reconciler.status.branch import StatusBranch
from reconciler.status.branch_history import KEPT
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.origins import Open

REF = "refs/heads/setpoint/dev"


@pytest.fixture
def branch(opened: Open) -> StatusBranch:
    return StatusBranch(opened(), "dev")


def test_at_first_there_is_nothing(branch: StatusBranch) -> None:
    found = branch.read()
    assert (found.commit, found.files) == (None, {})
    with pytest.raises(FileNotFoundError):
        found.read("README.md")


def test_edits_become_one_commit(branch: StatusBranch, origin: Path) -> None:
    commit = branch.write({"status/a.yaml": b"1", "README.md": b"hello"}, "dev: a\n\nCommit: abc")
    found = branch.read()
    assert found.commit == commit
    assert set(found.files) == {"status/a.yaml", "README.md"}
    assert found.read("README.md") == b"hello"
    assert git(origin, "log", "--format=%an|%s|%P|%(trailers:key=Commit,valueonly)", REF).strip() == (
        "Setpoint|dev: a||abc"
    )
    assert branch.read() is found


def test_nothing_new_makes_no_commit(branch: StatusBranch) -> None:
    assert branch.write({"gone": None}, "m") is None
    first = branch.write({"a": b"1"}, "m")
    assert branch.write({"a": b"1", "gone": None}, "m") is None
    assert branch.write({}, "m") is None
    assert branch.read().commit == first


def test_files_of_others_stay(opened: Open, origin: Path) -> None:
    daemon, person = StatusBranch(opened(), "dev"), StatusBranch(opened(), "dev")
    daemon.write({"status/a.yaml": b"1", "status/b.yaml": b"1"}, "m")
    person.write({"controls/a.yaml": b"suspended: true"}, "suspend")
    daemon.write({"status/a.yaml": b"2", "status/b.yaml": None}, "m")
    person.repository.refresh()
    assert set(person.read().files) == {"controls/a.yaml", "status/a.yaml"}
    assert git(origin, "rev-list", "--count", REF) == "3"
    assert git(origin, "fsck", "--no-dangling") == ""


def test_a_write_asks_nobody_before_it_pushes_where_the_branch_was_just_read(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push has a lease on the branch: what is old shows by that."""
    daemon = StatusBranch(open_repository(origin.as_uri(), tmp_path / "state"), "dev")
    daemon.read()
    asked: list[str] = []
    monkeypatch.setattr(
        remote, "call", lambda place, *words, **more: asked.append(words[0]) or call(place, *words, **more)
    )
    daemon.write({"a": b"1"}, "m")
    daemon.write({"a": b"2"}, "m")
    assert asked == ["push", "push"]
    daemon.repository.close()


def test_paths_that_climb_out_are_refused(branch: StatusBranch) -> None:
    for path in ("../x", "/x", "a/../../x", ".git/config", ""):
        with pytest.raises(Refused, match="path"):
            branch.write({path: b"1"}, "m")


def test_a_branch_in_the_way_is_told(opened: Open, origin: Path) -> None:
    tree = git(origin, "mktree", stdin="")
    git(origin, "update-ref", "refs/heads/setpoint", git(origin, "commit-tree", "-m", "x", tree))
    with pytest.raises(Refused, match="refs/heads/setpoint is in the way"):
        StatusBranch(opened(), "dev").write({"a": b"1"}, "m")


def test_environments_do_not_meet(opened: Open) -> None:
    repository = opened()
    for name in ("dev", "prod"):
        StatusBranch(repository, name).write({name: b"1"}, "m")
    assert set(StatusBranch(repository, "dev").read().files) == {"dev"}
    with pytest.raises(Refused):
        StatusBranch(repository, "../prod")


@dataclass
class Fence:
    """A lease that is held until somebody moves its ref."""

    repository: Repository
    id: str
    ref: str = "refs/setpoint/dev/lease"

    def token(self) -> int:
        return 7

    def swap(self, update: RefUpdate, draft: Draft) -> None:
        renewed = draft.add("blob", f"{self.id} renewed".encode())
        draft.save()
        try:
            self.repository.swap([update, RefUpdate(self.ref, renewed, self.id)])
        except Raced:
            if self.repository.ref(self.ref) != self.id:
                raise Unsafe("another daemon has taken the lease over") from None
            raise
        self.id = renewed


@pytest.fixture
def lease(opened: Open) -> Fence:
    repository = opened()
    draft = Draft(repository.objects)
    blob = draft.add("blob", b"mine")
    draft.save()
    repository.swap([RefUpdate("refs/setpoint/dev/lease", blob, None)])
    return Fence(repository, blob)


def fenced(lease: Fence, keep: int = KEPT) -> StatusBranch:
    return StatusBranch(lease.repository, "dev", lease, keep=keep)


class TestFence:
    def test_a_write_is_marked_with_its_token(self, lease: Fence, origin: Path) -> None:
        fenced(lease).write({"a": b"1"}, "m\n\nCommit: abc")
        assert git(origin, "log", "-1", "--format=%(trailers)", REF).split() == ["Commit:", "abc", "Lease-Token:", "7"]

    def test_a_write_renews_the_lease_in_the_same_movement(self, lease: Fence, origin: Path) -> None:
        before = lease.id
        fenced(lease).write({"a": b"1"}, "m")
        assert git(origin, "rev-parse", lease.ref) == lease.id != before

    def test_a_daemon_that_lost_the_lease_cannot_write(self, lease: Fence, origin: Path) -> None:
        mine = fenced(lease)
        mine.write({"a": b"1"}, "m")
        other = git(origin, "hash-object", "-w", "--stdin", stdin="theirs")
        git(origin, "update-ref", lease.ref, other)
        with pytest.raises(Unsafe, match="taken the lease over"):
            mine.write({"a": b"2"}, "m")
        assert git(origin, "show", f"{REF}:a") == "1"

    def test_what_the_fence_says_is_obeyed(self, opened: Open, lease: Fence) -> None:
        def lost() -> int:
            raise Unsafe("lost")

        lease.token = lost  # type: ignore[method-assign]
        branch = StatusBranch(opened(), "dev", lease)
        assert branch.write({}, "m") is None
        with pytest.raises(Unsafe):
            branch.write({"a": b"1"}, "m")


class TestHistory:
    def test_old_commits_are_let_go_and_nothing_else_changes(self, opened: Open, lease: Fence, origin: Path) -> None:
        repository = opened()
        StatusBranch(repository, "dev").write({f"status/{n}": b"1" for n in range(3)}, "the first")
        for number in range(8):
            StatusBranch(repository, "dev").write({"pass.yaml": b"%d" % number}, f"pass {number}")
        before = git(origin, "log", "-3", "--format=%s|%ct|%T|%an", REF)
        supervisor = fenced(lease, keep=5)
        commit = supervisor.write({"pass.yaml": b"8"}, "pass 8")
        assert git(origin, "rev-parse", REF) == commit == supervisor.read().commit
        assert git(origin, "rev-list", "--count", REF) == "5"
        assert git(origin, "log", "-3", "--skip=1", "--format=%s|%ct|%T|%an", REF) == before
        assert git(origin, "log", "--reverse", "--format=%(trailers:key=History)", REF).startswith(
            "History: begins here"
        )
        assert set(supervisor.read().files) == {"status/0", "status/1", "status/2", "pass.yaml"}
        assert git(origin, "fsck", "--no-dangling") == ""

    def test_whoever_is_faster_or_slower_loses_nothing(self, opened: Open, lease: Fence, origin: Path) -> None:
        person, daemon = StatusBranch(opened(), "dev"), fenced(lease, keep=1)
        person.write({"a": b"1"}, "a person")
        person.read()
        daemon.write({"b": b"1"}, "the daemon")
        assert git(origin, "rev-list", "--count", REF) == "1"
        person.write({"a": b"2"}, "a person again")
        daemon.repository.refresh()
        assert {path: daemon.read().read(path) for path in daemon.read().files} == {"a": b"2", "b": b"1"}

    def test_only_who_holds_the_lease_lets_go(self, opened: Open) -> None:
        for number in range(4):
            StatusBranch(opened(), "dev", keep=1).write({"a": b"%d" % number}, "m")
        repository = opened()
        assert git(repository.objects.git_dir, "rev-list", "--count", repository.ref(REF) or "") == "4"

    @pytest.mark.slow
    def test_a_repository_that_lets_nothing_go_is_written_all_the_same(
        self, origin: Path, tmp_path: Path, lease: Fence
    ) -> None:
        git(origin, "config", "receive.denyNonFastForwards", "true")
        lease.repository = repository = open_repository(origin.as_uri(), tmp_path / "mirror")
        for number in range(3):
            fenced(lease, keep=1).write({"a": b"%d" % number}, "m")
        assert git(origin, "rev-list", "--count", REF) == "3"
        assert git(origin, "show", f"{REF}:a") == "2"
        repository.close()

    def test_it_is_looked_at_now_and_then(self, opened: Open, lease: Fence, origin: Path) -> None:
        daemon = fenced(lease, keep=2)
        for number in range(5):
            daemon.write({"a": b"%d" % number}, "m")
        assert git(origin, "rev-list", "--count", REF) == "5"


def test_a_writer_that_always_loses_says_so(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, rival = opened(), StatusBranch(opened(), "dev")
    monkeypatch.setattr(status_branch, "ATTEMPTS", 3)
    monkeypatch.setattr(status_branch, "_LONGEST_PAUSE", 0.0)
    swap, rounds = repository.swap, iter(range(100))

    def late(updates: list[RefUpdate]) -> None:
        rival._write({"rival": b"%d" % next(rounds)}, "faster")
        swap(updates)

    monkeypatch.setattr(repository, "swap", late)
    with pytest.raises(Raced, match="each of 3 attempts"):
        StatusBranch(repository, "dev").write({"a": b"1"}, "m")


@pytest.mark.slow
def test_threads_of_one_process_lose_nothing(opened: Open, origin: Path) -> None:
    branch = StatusBranch(opened(), "dev")
    with ThreadPoolExecutor(10) as threads:
        commits = list(threads.map(lambda n: branch.write({f"status/{n}": b"%d" % n}, f"{n}"), range(20)))
    assert len(set(commits)) == 20
    assert len(git(origin, "ls-tree", "-r", REF).splitlines()) == 20


def write_one(place: str, state: str, number: int, barrier: "Barrier") -> None:
    """Write one file as a process of its own, at the same moment as all others."""
    repository = open_repository(place, Path(state))
    branch = StatusBranch(repository, "dev")
    barrier.wait()
    branch.write({f"status/{number}.yaml": b"%d" % number}, f"writer {number}")
    repository.close()


Barrier = type(multiprocessing.get_context("spawn").Barrier(1))


@pytest.fixture
def processes() -> Iterator[list["multiprocessing.context.ForkProcess"]]:
    made: list[multiprocessing.context.ForkProcess] = []
    yield made
    for process in made:
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.turns("fifty processes at once", kind)) for kind in ("near", "far")]
)
def test_fifty_processes_at_once_lose_nothing(
    kind: str, tmp_path: Path, origin: Path, processes: list["multiprocessing.context.ForkProcess"]
) -> None:
    context = multiprocessing.get_context("fork")
    place, barrier = str(origin) if kind == "near" else origin.as_uri(), context.Barrier(50)
    processes += [
        context.Process(target=write_one, args=(place, str(tmp_path / f"state{number}"), number, barrier))
        for number in range(50)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert {process.exitcode for process in processes} == {0}
    assert git(origin, "rev-list", "--count", "--first-parent", REF) == "50"
    assert len(git(origin, "ls-tree", "-r", REF).splitlines()) == 50
