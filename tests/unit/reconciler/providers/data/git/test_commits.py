"""The commits of the data store change one folder and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.bare import make_bare
from reconciler.git.commits import parse_commit, trailers
from reconciler.git.objects import ObjectStore
from reconciler.git.trees import Draft, list_tree
from reconciler.model.ids import RunName
from reconciler.providers.data.git import commits
from reconciler.providers.data.git.folders import scan
from tests.unit.reconciler.git.people import git
from tests.unit.reconciler.providers.data.git.conftest import FIRST, RUN, SECOND


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[ObjectStore]:
    store = ObjectStore(make_bare(tmp_path / "objects.git"))
    yield store
    store.close()


def output(objects: ObjectStore, tmp_path: Path, run: RunName, text: str, base: str) -> str:
    folder = tmp_path / run
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/data").write_text(text)
    return commits.write_output(objects, run, scan(folder, 2**30), base, {"runner": "ingest", "note": "two\nlines"})


def files(objects: ObjectStore, commit: str) -> dict[str, bytes]:
    return {path: objects.read(blob) for path, blob in list_tree(objects, commit).files.items()}


def test_the_root_is_the_same_everywhere(objects: ObjectStore) -> None:
    assert commits.write_root(objects) == commits.write_root(objects)
    assert files(objects, commits.write_root(objects)) == {}


def test_an_output_replaces_its_own_folder(objects: ObjectStore, tmp_path: Path) -> None:
    root = commits.write_root(objects)
    first = output(objects, tmp_path, FIRST, "1", root)
    assert files(objects, first) == {"datasets/loans/sub/data": b"1"}
    told = parse_commit(objects.read(first))
    assert told.title == FIRST
    assert trailers(told.message) == {"Runner": "ingest", "Note": "two lines"}
    trial = output(objects, tmp_path, RUN, "2", first)
    assert files(objects, trial) == {"datasets/loans/sub/data": b"1", f"{RUN}/sub/data": b"2"}
    assert files(objects, output(objects, tmp_path, SECOND, "3", trial)) == {
        "datasets/loans/sub/data": b"3",
        f"{RUN}/sub/data": b"2",
    }


def test_merges_never_conflict(objects: ObjectStore, tmp_path: Path) -> None:
    root = commits.write_root(objects)
    made = {run: output(objects, tmp_path, run, run, root) for run in (FIRST, RUN, SECOND)}
    head = root
    for run, sealed in made.items():
        merged = commits.write_merge(objects, run, sealed, head, "dev")
        assert merged
        assert parse_commit(objects.read(merged)).parents == (head, sealed)
        head = merged
    assert files(objects, head) == {"datasets/loans/sub/data": SECOND.encode(), f"{RUN}/sub/data": RUN.encode()}
    assert all(commits.write_merge(objects, run, sealed, head, "dev") is None for run, sealed in made.items())
    assert git(objects.git_dir, "fsck", "--no-dangling") == ""


def test_a_removal_leaves_what_others_put_there(objects: ObjectStore, tmp_path: Path) -> None:
    root = commits.write_root(objects)
    first, second = (output(objects, tmp_path, run, run, root) for run in (FIRST, SECOND))
    head = commits.write_merge(objects, FIRST, first, root, "dev")
    assert head
    newer = commits.write_merge(objects, SECOND, second, head, "dev")
    assert newer
    assert commits.write_removal(objects, FIRST, first, newer) is None
    gone = commits.write_removal(objects, SECOND, second, newer)
    assert gone
    assert files(objects, gone) == {}
    assert commits.write_removal(objects, SECOND, second, gone) is None


def test_an_empty_output_is_an_output(objects: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    sealed = commits.write_output(objects, RUN, scan(tmp_path / "empty", 2**30), commits.write_root(objects), {})
    assert commits.output_at(Draft(objects), sealed, RUN) is None
    assert files(objects, sealed) == {}
