"""Remotes that misbehave: the pass says what is wrong, nothing is half-applied, and the next good state converges.

What is rewritten, deleted or moved is tried on a bare repository and on a real Gitea.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.git import fetching, process, remote
from reconciler.git.repository import open_repository
from reconciler.lease.lease import Lease, LeaseHeld
from reconciler.model.errors import Unavailable
from reconciler.providers.memory.data import DataRoom
from reconciler.wiring import SystemClock
from tests.bad.ground import LOANS, Ground
from tests.bad.lines import Line, git_daemon, line_to
from tests.unit.reconciler.git.people import Clone, bare, git

POOL = "specs/pools/other.yaml"
OTHER = {POOL: "capacity: {cpus: 3}\n"}


@pytest.fixture(params=["bare", pytest.param("gitea", marks=[pytest.mark.servers("gitea"), pytest.mark.slow])])
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Return an environment that has converged, on a remote of either kind."""
    if request.param == "bare":
        url = bare(tmp_path / "origin.git").as_uri()
    else:
        server = request.getfixturevalue("gitea")
        owner = server.create_user(f"bad-{os.urandom(4).hex()}")
        url = server.create_repository(owner, "specs")
    return converged(tmp_path, url)


@pytest.fixture
def near(tmp_path: Path) -> Ground:
    """Return one on a bare repository."""
    return converged(tmp_path, bare(tmp_path / "origin.git").as_uri())


def converged(folder: Path, url: str) -> Ground:
    ground = Ground(folder / "work", url=url)
    ground.passes()
    assert ground.state("datasets/loans") == "ready"
    return ground


def inventory(ground: Ground) -> tuple[object, ...]:
    facts = {address: status["facts"] for address, status in ground.recorded().statuses.items()}
    return dict(ground.world.room(DataRoom).tags), facts, ground.engines.pool.list().pools


def push(ground: Ground, *arguments: str) -> None:
    ground.people.git("push", "--quiet", *arguments)


def goes_on(ground: Ground) -> None:
    """See that the next good state converges."""
    ground.commit(OTHER)
    assert ground.trouble() == ""
    ground.passes()
    assert ground.state("pools/other") == "ready"
    assert ground.last_pass()["notes"] == []


def test_a_history_that_was_rewritten_there_is_refused_until_it_is_restored(far: Ground) -> None:
    applied, before = str(far.source.head()), inventory(far)
    far.people.git("checkout", "--quiet", "--orphan", "other")
    rewritten = far.people.commit({LOANS: None})
    push(far, "--force", "origin", "HEAD:main")
    far.passes()
    (note,) = far.last_pass()["notes"]
    assert f"commit {rewritten[:12]} doesn't descend from {applied[:12]}" in note
    assert inventory(far) == before
    far.people.git("checkout", "--quiet", "main")
    goes_on(far)


def test_a_branch_that_was_deleted_and_made_again_goes_on(near: Ground) -> None:
    before = inventory(near)
    git(Path(near.url.removeprefix("file://")), "config", "receive.denyDeleteCurrent", "ignore")
    push(near, "origin", ":main")
    near.passes()
    assert near.last_pass()["notes"] == ["the watched branch is gone or empty; the last applied commit stays in force"]
    assert inventory(near) == before
    goes_on(near)


def test_a_tag_that_moves_is_nobody_s_business(far: Ground) -> None:
    first = str(far.source.head())
    far.people.git("tag", "v1")
    push(far, "origin", "v1")
    far.source.refresh()
    assert far.source.resolve("v1") == first
    far.commit(OTHER)
    far.people.git("tag", "--force", "v1")
    push(far, "--force", "origin", "v1")
    far.passes()
    assert far.last_pass()["commit"] == far.source.head() == far.source.resolve("v1") != first
    assert far.state("pools/other") == "ready"


@pytest.mark.parametrize("year", [1980, 2037])
def test_a_commit_of_another_age_is_a_commit_like_any_other(
    far: Ground, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks of people's machines differ; what descends from what is told by the commits alone."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", f"{year}-01-01T00:00:00Z")
    goes_on(far)
    monkeypatch.undo()
    far.commit({POOL: None})
    far.passes()
    assert far.last_pass()["notes"] == []
    assert "pools/other" not in str(far.engines.pool.list().pools)


def test_a_push_in_the_middle_of_a_pass_is_for_the_next_one(far: Ground) -> None:
    commit = far.converging.head()
    assert commit
    far.commit(OTHER)
    far.converging.run(commit)
    assert far.last_pass()["commit"] == commit
    assert "pools/other" not in far.recorded().statuses
    far.passes()
    assert far.state("pools/other") == "ready"


def test_a_spec_that_is_a_pointer_of_git_lfs_is_told(far: Ground) -> None:
    before = inventory(far)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    far.commit({LOANS: pointer, **OTHER})
    far.passes()
    assert LOANS in far.problems()
    assert "Git LFS" in far.problems()
    assert far.state("datasets/loans") == "stalled"
    assert far.state("pools/other") == "ready"
    assert inventory(far)[0] == before[0]


def cloned(near: Ground, folder: Path, how: str) -> Ground:
    """Return an environment whose remote is an incomplete clone of another's, and whose person pushes to that."""
    near.commit({POOL: "capacity: {cpus: 4}\n"})
    git(Path(near.url.removeprefix("file://")), "config", "uploadpack.allowFilter", "true")
    folder.mkdir()
    git(folder, "clone", "--quiet", "--bare", how, near.url, "clone.git")
    near.people.git("remote", "set-url", "origin", (folder / "clone.git").as_uri())
    ground = Ground(folder / "work", {}, (folder / "clone.git").as_uri())
    ground.folder, ground.people = near.folder, near.people
    return ground


def test_a_remote_that_is_a_shallow_clone_is_told_until_it_is_whole(near: Ground, tmp_path: Path) -> None:
    source = near.url
    ground = cloned(near, tmp_path / "more", "--depth=1")
    for _ in range(2):
        assert "is a shallow clone" in ground.trouble()
    git(tmp_path / "more" / "clone.git", "fetch", "--quiet", "--unshallow", source)
    goes_on(ground)


def test_a_remote_that_lacks_objects_is_told_and_its_status_is_left_alone(near: Ground, tmp_path: Path) -> None:
    ground = cloned(near, tmp_path / "more", "--filter=blob:none")
    before = git(tmp_path / "more" / "clone.git", "for-each-ref")
    assert "can't be fetched: " in ground.trouble()
    assert git(tmp_path / "more" / "clone.git", "for-each-ref") == before


@pytest.mark.slow
def test_a_hundred_thousand_files_beside_the_specs_cost_seconds(near: Ground, tmp_path: Path) -> None:
    blob = git(near.folder, "hash-object", "-w", "--stdin", stdin="x")
    lines = "".join(f"100644 {blob}\tdata/{number // 1000}/{number}\n" for number in range(100_000))
    git(near.folder, "update-index", "--add", "--index-info", stdin=lines)
    git(near.folder, "commit", "--quiet", "-m", "Many files")
    push(near, "origin", "main")
    began = time.process_time()
    near.once()
    assert time.process_time() - began < 20
    near.people.git("reset", "--quiet", "--hard", "HEAD~1")
    near.commit(OTHER)
    (note,) = near.once().plan.notes
    assert "doesn't descend" in note


def test_two_urls_of_one_repository_are_one_environment(near: Ground, tmp_path: Path) -> None:
    origin = Path(near.url.removeprefix("file://"))
    places = [near.url, str(origin), f"file://localhost{origin}"]
    leases = [
        Lease(open_repository(place, tmp_path / f"s{number}"), "dev", f"host-{number}:1", SystemClock())
        for number, place in enumerate(places)
    ]
    leases[0].acquire()
    for lease in leases[1:]:
        with pytest.raises(LeaseHeld, match="host-0:1"):
            lease.acquire()


def test_a_remote_that_serves_another_repository_gets_nothing_done(near: Ground, tmp_path: Path) -> None:
    origin, before = Path(near.url.removeprefix("file://")), inventory(near)
    applied = str(near.source.head())
    origin.rename(tmp_path / "right.git")
    stranger = Clone(tmp_path / "stranger", bare(origin))
    stranger.commit(dict(OTHER) | {"environments/dev/environment.yaml": "description: another\n"})
    stranger.git("push", "--quiet", "origin", "main")
    trouble = near.trouble()
    assert f"neither a status of this environment nor commit {applied[:12]}" in trouble
    assert git(origin, "for-each-ref", "refs/heads/setpoint") == ""
    origin.rename(tmp_path / "wrong.git")
    (tmp_path / "right.git").rename(origin)
    assert near.trouble() == ""
    assert inventory(near) == before
    goes_on(near)


def test_a_remote_that_would_fill_the_disk_is_told_and_fetched_no_second_time(
    far: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 2**20)
    before, good = inventory(far), str(far.source.head())
    far.commit({"huge.bin": random.Random(1).randbytes(3 * 2**20)})
    assert "sends more than 1.0 MiB for refs/heads/main, which is not fetched" in far.trouble()
    git_dir = far.source.repository.objects.git_dir
    assert list((git_dir / "objects" / "pack").glob("tmp_*")) == []
    asked: list[str] = []
    call = remote.call

    def counted(place: Path, *arguments: str, **options: object) -> process.Output:
        asked.append(arguments[0])
        return call(place, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(remote, "call", counted)
    assert "sends more than" in far.trouble()
    assert "fetch" not in asked
    assert inventory(far) == before
    far.people.git("reset", "--quiet", "--hard", good)
    goes_on(far)


def test_where_the_disk_is_nearly_full_nothing_is_fetched(near: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "RESERVE", 2**60)
    near.commit(OTHER)
    assert "so nothing is fetched" in near.trouble()
    monkeypatch.undo()
    near.passes()
    assert near.state("pools/other") == "ready"


def test_a_huge_branch_beside_others_keeps_none_of_them_away(near: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 2**20)
    main = str(near.source.head())
    near.people.git("checkout", "--quiet", "-b", "a-huge")
    (near.folder / "huge.bin").write_bytes(random.Random(1).randbytes(3 * 2**20))
    near.people.commit({})
    near.people.git("checkout", "--quiet", "-b", "z-small", main)
    small = near.people.commit(OTHER)
    push(near, "origin", "a-huge", "z-small")
    near.source.refresh()
    with pytest.raises(Unavailable, match="for refs/heads/a-huge"):
        near.source.repository.refs("refs/heads")
    assert near.source.repository.objects.find(small)
    assert near.trouble() == ""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    bare(tmp_path / "served" / "origin.git")
    with git_daemon(tmp_path / "served") as port, line_to(port) as line:
        yield line


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize("lasts", [0, 100, 600, 5000, 200_000])
@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "is cut"])
def test_a_line_that_breaks_at_any_point_is_told_and_the_next_pass_goes_on(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasts: int, hangs: bool
) -> None:
    monkeypatch.setattr(remote, "ASKING_PATIENCE", 2.0)
    monkeypatch.setattr(remote, "FAR_PATIENCE", 2.0)
    ground = Ground(tmp_path / "work", url=f"git://127.0.0.1:{line.here}/origin.git")
    ground.passes()
    before = inventory(ground)
    ground.commit({"large.bin": random.Random(1).randbytes(2**20), **OTHER})
    line.lasts, line.hangs = lasts, hangs
    trouble = ground.trouble()
    assert "took longer than" in trouble or "out of reach" in trouble or "can't be fetched" in trouble
    assert "defect" not in trouble
    line.lasts = None
    assert inventory(ground) == before
    goes_on(ground)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_git_that_is_killed_while_it_fetches_stops_no_later_pass(near: Ground, seed: int) -> None:
    """By the system, at any moment: whatever lock it leaves in the mirror is gone within the pass."""
    chance, repository = random.Random(seed), near.source.repository
    for number in range(4):
        near.commit({POOL: f"capacity: {{cpus: {number + 2}}}\n"})
        stop = threading.Event()
        killer = threading.Thread(target=_kill_fetches, args=(repository.objects.git_dir, stop, chance))
        killer.start()
        near.trouble()
        stop.set()
        killer.join(30)
        near.source.refresh()
        assert near.trouble() == ""
        assert near.last_pass()["commit"] == near.people.git("rev-parse", "HEAD")


def _kill_fetches(git_dir: Path, stop: threading.Event, chance: random.Random) -> None:
    """Kill each `git fetch` of a mirror, some milliseconds after it was started, three at the most."""
    killed = set[int]()
    while not stop.is_set() and len(killed) < 3:
        for pid in set(_fetching(git_dir)) - killed:
            time.sleep(chance.uniform(0, 0.02))
            killed.add(pid)
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.001)


def _fetching(git_dir: Path) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--git-dir={git_dir}".encode() in words and b"fetch" in words and words[0] == b"git":
            yield int(folder.name)


def test_a_lock_in_the_mirror_is_waited_out_within_a_pass(near: Ground) -> None:
    near.once()
    near.commit(OTHER)
    lock = near.source.repository.objects.git_dir / f"{fetching.mirrored('refs/heads/main')}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    near.passes()
    assert near.state("pools/other") == "ready"
