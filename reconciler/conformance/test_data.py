"""What every data store promises; once as it is, once with a daemon that dies after every call."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.conformance.stores import Data, Reborn, StoreBench
from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.model.observed import Branch, Version

RUN = RunName("experiments/employment/0123456789ab")
OTHER = RunName("experiments/employment/ba9876543210")
FIRST, SECOND = RunName("datasets/loans/000000000001"), RunName("datasets/loans/000000000002")
FILES = {"result.json": b"{}", "model/model.onnx": b"\0\1\2", "plots/ro c-kurve ü.png": b"\x89PNG"}


@pytest.fixture
def bench(make_bench: Callable[[], StoreBench]) -> Iterator[StoreBench]:
    bench = make_bench()
    yield bench
    bench.close()


@pytest.fixture(params=["lasting", pytest.param("reborn", marks=pytest.mark.sweep)])
def data(request: pytest.FixtureRequest, bench: StoreBench) -> Data:
    return bench.open() if request.param == "lasting" else Reborn(bench.open)


def make(bench: StoreBench, data: Data, run: RunName, files: dict[str, bytes] | None = None) -> None:
    """Do what becomes of a run until it is accepted."""
    bench.write(data.open(run), FILES if files is None else files)
    data.commit(run, {"run": run})
    data.merge(run)


def test_at_first_there_is_a_head_and_nothing_else(data: Data) -> None:
    listing = data.list()
    assert listing.head
    assert (dict(listing.branches), dict(listing.versions)) == ({}, {})


def test_an_open_branch_is_listed(data: Data) -> None:
    before = data.list().head
    data.open(RUN)
    listing = data.list()
    assert listing.branches == {RUN: Branch(RUN, listing.branches[RUN].commit, sealed=False, ours=True)}
    assert listing.head == before


def test_opening_twice_is_opening_once(bench: StoreBench, data: Data) -> None:
    url = data.open(RUN)
    bench.write(url, FILES)
    before = data.list()
    assert data.open(RUN) == url
    assert data.list() == before
    assert data.read(RUN, "result.json") == b"{}"


def test_what_a_job_writes_can_be_read_before_it_is_committed(bench: StoreBench, data: Data) -> None:
    url = data.open(RUN)
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")
    bench.write(url, FILES)
    assert {path: data.read(RUN, path) for path in FILES} == FILES
    assert data.url(RUN) == url


@pytest.mark.parametrize(
    "path", ["nothing", "model", "model/nothing", "", "../secrets", "result.json/deeper", "/etc/passwd"]
)
@pytest.mark.parametrize("merged", [False, True])
def test_what_isn_t_there_is_told(bench: StoreBench, data: Data, path: str, merged: bool) -> None:
    bench.write(data.open(RUN), FILES)
    if merged:
        data.commit(RUN, {})
        data.merge(RUN)
    with pytest.raises(FileNotFoundError):
        data.read(RUN, path)


def test_a_run_that_isn_t_there_is_told(data: Data) -> None:
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")
    with pytest.raises(FileNotFoundError):
        data.url(RUN)


@pytest.mark.parametrize("files", [FILES, {}])
def test_files_that_a_run_lacks_are_told(bench: StoreBench, data: Data, files: dict[str, bytes]) -> None:
    bench.write(data.open(OTHER), {"only-other": b"x"})
    bench.write(data.open(RUN), files)
    odd = {"model", "model/model.onn", "model/model.onnx/deeper", "only-other", "../result.json", "/etc/passwd", ""}
    for step in (lambda: None, lambda: data.commit(RUN, {}), lambda: data.merge(RUN)):
        step()
        assert set(data.missing(RUN, {*FILES, *odd})) == odd | FILES.keys() - files.keys()
    with pytest.raises(FileNotFoundError):
        data.missing(FIRST, FILES)


def test_committing_seals(bench: StoreBench, data: Data) -> None:
    url = data.open(RUN)
    bench.write(url, {**FILES, "statement": b"left by the job"})
    commit = data.commit(RUN, {"run": RUN, "content": "abc"}, {"statement": b"the daemon's"})
    assert data.read(RUN, "statement") == b"the daemon's"
    listing = data.list()
    assert listing.branches == {RUN: Branch(RUN, commit, sealed=True, ours=True)}
    assert dict(listing.versions) == {}
    assert {path: data.read(RUN, path) for path in FILES} == FILES


def test_committing_twice_is_committing_once(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    commit = data.commit(RUN, {"attempt": "1"})
    before = data.list()
    assert data.commit(RUN, {"attempt": "2"}) == commit
    assert data.list() == before


def test_a_sealed_branch_keeps_what_was_committed(bench: StoreBench, data: Data) -> None:
    url = data.open(RUN)
    bench.write(url, FILES)
    commit = data.commit(RUN, {})
    assert data.open(RUN) == url
    bench.write(url, {"result.json": b'{"accepted": true}', "late": b"x"})
    assert data.commit(RUN, {}) == commit
    assert data.read(RUN, "result.json") == b"{}"
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "late")


def test_nothing_can_be_committed(data: Data) -> None:
    data.open(RUN)
    data.commit(RUN, {})
    data.merge(RUN)
    assert RUN in data.list().versions
    assert data.url(RUN)


def test_without_a_branch_nothing_is_committed_or_merged(data: Data) -> None:
    with pytest.raises(Refused):
        data.commit(RUN, {})
    with pytest.raises(Refused):
        data.merge(RUN)
    data.open(RUN)
    with pytest.raises(Refused):
        data.merge(RUN)


def test_merging_makes_a_version(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    data.commit(RUN, {})
    before = data.list().head
    merged = data.merge(RUN)
    listing = data.list()
    assert listing.versions == {RUN: Version(RUN, merged, here=True)}
    assert dict(listing.branches) == {}
    assert listing.head != before
    assert {path: data.read(RUN, path) for path in FILES} == FILES


def test_merging_twice_is_merging_once(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    before = data.list()
    assert data.merge(RUN) == before.versions[RUN].commit
    assert data.list() == before


def test_an_acceptance_that_was_broken_off_is_repeated_from_its_beginning(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    before = data.list()
    data.commit(RUN, {"run": RUN})
    data.merge(RUN)
    assert data.list() == before


def test_other_jobs_read_a_version_by_its_url(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    url = data.url(RUN)
    assert {path: bench.read(url, path) for path in FILES} == FILES
    assert not url.endswith("/")


def test_a_newer_version_leaves_the_older_one_as_it_was(bench: StoreBench, data: Data) -> None:
    make(bench, data, FIRST, {"rows": b"old", "only-old": b"x"})
    make(bench, data, SECOND, {"rows": b"new"})
    assert set(data.list().versions) == {FIRST, SECOND}
    assert (data.read(FIRST, "rows"), data.read(SECOND, "rows")) == (b"old", b"new")
    assert bench.read(data.url(FIRST), "rows") == b"old"
    with pytest.raises(FileNotFoundError):
        data.read(SECOND, "only-old")


def test_runs_lie_side_by_side(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), {"a": b"1"})
    bench.write(data.open(OTHER), {"a": b"2"})
    for run in (OTHER, RUN):
        data.commit(run, {})
    for run in (RUN, OTHER):
        data.merge(run)
    assert (data.read(RUN, "a"), data.read(OTHER, "a")) == (b"1", b"2")


def test_dropping_a_branch_takes_its_files(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    data.drop(RUN)
    assert dict(data.list().branches) == {}
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")
    data.open(RUN)
    with pytest.raises(FileNotFoundError):
        data.read(RUN, "result.json")


def test_dropping_a_sealed_branch(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    data.commit(RUN, {})
    data.drop(RUN)
    assert dict(data.list().branches) == {}
    with pytest.raises(Refused):
        data.merge(RUN)


def test_dropping_a_version(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    make(bench, data, OTHER)
    data.drop(RUN, accepted=True)
    data.drop(RUN, accepted=True)
    assert set(data.list().versions) == {OTHER}
    with pytest.raises(FileNotFoundError):
        data.url(RUN)
    make(bench, data, RUN, {"result.json": b"anew"})
    assert data.read(RUN, "result.json") == b"anew"


def test_dropping_a_branch_that_was_merged_meanwhile_leaves_its_version(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    before = data.list()
    data.drop(RUN)
    assert data.list() == before
    assert data.read(RUN, "result.json") == b"{}"


def test_dropping_what_isn_t_there_is_fine(data: Data) -> None:
    before = data.list()
    data.drop(RUN)
    data.drop(RUN, accepted=True)
    assert data.list() == before


def test_another_environment_sees_a_branch_that_isn_t_its_own(bench: StoreBench, data: Data) -> None:
    url = data.open(RUN)
    prod = bench.open("prod")
    assert not prod.list().branches[RUN].ours
    assert prod.open(RUN) == url
    bench.write(url, FILES)
    assert prod.read(RUN, "result.json") == b"{}"
    prod.drop(RUN)
    assert data.list().branches[RUN].ours


def test_another_environment_takes_a_version_over(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    prod = bench.open("prod")
    before = prod.list()
    assert before.versions == {RUN: Version(RUN, data.list().versions[RUN].commit, here=False)}
    assert prod.read(RUN, "result.json") == b"{}"
    prod.merge(RUN)
    prod.merge(RUN)
    after = prod.list()
    assert after.versions == {RUN: Version(RUN, before.versions[RUN].commit, here=True)}
    assert after.head != before.head
    assert data.list().versions[RUN].here


def test_each_environment_drops_for_itself(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    prod = bench.open("prod")
    prod.drop(RUN, accepted=True)
    assert data.list().versions[RUN].here
    prod.merge(RUN)
    data.drop(RUN, accepted=True)
    assert prod.list().versions[RUN].here
    assert not data.list().versions[RUN].here
    assert data.read(RUN, "result.json") == b"{}"
    prod.drop(RUN, accepted=True)
    assert dict(data.list().versions) == {}


def test_a_branch_of_another_environment_may_be_sealed_and_merged_here(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    data.commit(RUN, {})
    prod = bench.open("prod")
    prod.merge(RUN)
    assert prod.list().versions[RUN].here
    assert not data.list().versions[RUN].here
    data.merge(RUN)
    assert data.list().versions[RUN].here
    assert dict(data.list().branches) == {}


def test_listings_are_complete(bench: StoreBench, data: Data) -> None:
    runs = [RunName(f"experiments/e{number % 7}/{number:012x}") for number in range(60)]
    for number, run in enumerate(runs):
        url = data.open(run)
        if number % 3:
            bench.write(url, {"result.json": str(number).encode()})
            data.commit(run, {})
        if number % 3 == 2:
            data.merge(run)
    listing = data.list()
    assert set(listing.branches) == {run for number, run in enumerate(runs) if number % 3 != 2}
    assert {run for run, branch in listing.branches.items() if branch.sealed} == set(runs[1::3])
    assert set(listing.versions) == set(runs[2::3])
    assert [data.read(run, "result.json") for run in runs[1::3]] == [str(n).encode() for n in range(1, 60, 3)]


def test_many_are_merged_at_once(bench: StoreBench, data: Data) -> None:
    runs = [RunName(f"experiments/e{number}/{number:012x}") for number in range(8)]
    for run in runs:
        bench.write(data.open(run), {"result.json": run.encode()})
        data.commit(run, {"run": run})
    with ThreadPoolExecutor(len(runs)) as threads:
        merged = list(threads.map(data.merge, runs))
    listing = data.list()
    assert listing.versions == {run: Version(run, commit) for run, commit in zip(runs, merged, strict=True)}
    assert dict(listing.branches) == {}
    assert [data.read(run, "result.json") for run in runs] == [run.encode() for run in runs]


def test_environments_merge_the_same_run_at_once(bench: StoreBench, data: Data) -> None:
    bench.write(data.open(RUN), FILES)
    commit = data.commit(RUN, {})
    stores = [data, bench.open("prod"), bench.open("staging")]
    with ThreadPoolExecutor(len(stores)) as threads:
        assert set(threads.map(lambda store: store.merge(RUN), stores)) == {commit}
    assert [store.list().versions[RUN].here for store in stores] == [True, True, True]
    assert dict(data.list().branches) == {}


def test_environments_replace_a_version_each_by_another(bench: StoreBench, data: Data) -> None:
    prod = bench.open("prod")
    make(bench, data, FIRST, {"rows": b"1", "only-first": b"x"})
    prod.merge(FIRST)
    make(bench, prod, SECOND, {"rows": b"2", "only-second": b"y"})
    third = RunName("datasets/loans/000000000003")
    make(bench, data, third, {"rows": b"3"})
    prod.merge(third)
    data.merge(SECOND)
    assert [data.read(run, "rows") for run in (FIRST, SECOND, third)] == [b"1", b"2", b"3"]
    assert {run for run, version in data.list().versions.items() if version.here} == {FIRST, SECOND, third}
    assert data.list().versions == prod.list().versions


def test_a_dropped_version_can_be_taken_over_again(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    prod = bench.open("prod")
    prod.merge(RUN)
    prod.drop(RUN)
    prod.merge(RUN)
    assert prod.list().versions[RUN].here
    assert prod.read(RUN, "result.json") == b"{}"


def test_a_job_is_told_how_to_reach_its_places(data: Data) -> None:
    data.open(RUN)
    for told in (data.access(RUN), data.access(RUN, lasting=True)):
        assert all(isinstance(part, str) for pair in told.items() for part in pair)
        assert not any(name.startswith("SETPOINT_") for name in told)


def test_who_serves_a_model_can_read_it(bench: StoreBench, data: Data) -> None:
    make(bench, data, RUN)
    assert bench.read(data.url(RUN), "model/model.onnx", lasting=True) == FILES["model/model.onnx"]


@pytest.mark.parametrize(
    "run",
    ["datasets/open/sealed", "datasets/0/0", "labels/a-b--c/ABC-def_0", "labels/" + "n" * 63 + "/" + "d" * 99],
)
def test_odd_names_are_names(bench: StoreBench, data: Data, run: str) -> None:
    longer = RunName(f"{run.replace('/', 'x/', 1).rpartition('/')[0]}/0")
    make(bench, data, RunName(run))
    data.open(longer)
    listing = data.list()
    assert (set(listing.versions), set(listing.branches)) == ({run}, {longer})


@pytest.mark.parametrize(
    "run", ["", "datasets", "datasets/a", "datasets/../a", "datasets/a/b.lock", "a b/c/d", "x/y/z\n"]
)
def test_what_is_no_run_is_refused(data: Data, run: str) -> None:
    with pytest.raises(Refused):
        data.open(RunName(run))
    with pytest.raises(FileNotFoundError):
        data.read(RunName(run), "result.json")
    assert dict(data.list().branches) == {}
