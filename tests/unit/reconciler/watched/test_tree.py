"""Files are read ahead where that is cheap, and nothing is ever mixed up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.git.export import export
from reconciler.git.objects import ObjectStore
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.watched.tree import GitTree
from tests.unit.reconciler.git.people import Clone


@pytest.fixture
def objects(ada: Clone) -> Iterator[ObjectStore]:
    store = ObjectStore(ada.folder / ".git")
    yield store
    store.close()


def counted(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how many objects each exchange asks for."""
    asked: list[int] = []
    read_all = objects.read_all

    def read(names: list[str]) -> list[bytes]:
        asked.append(len(names))
        return read_all(names)

    monkeypatch.setattr(objects, "read_all", read)
    return asked


def test_one_file_after_another_takes_few_exchanges(
    ada: Clone, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"specs/{number:04}.yaml": f"n: {number}\n" for number in range(500)}
    tree = GitTree(objects, CommitId(ada.commit(dict(files))))
    asked = counted(objects, monkeypatch)
    assert {path: tree.read(blob).decode() for path, blob in tree.files.items()} == files
    assert len(asked) < 15
    assert asked[0] == 1


def test_one_file_alone_is_read_alone(ada: Clone, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = GitTree(objects, CommitId(ada.commit({f"{number}": str(number) for number in range(50)})))
    asked = counted(objects, monkeypatch)
    assert tree.read(tree.files["7"]) == b"7"
    assert asked == [1]


def test_any_order_and_any_number_of_times(ada: Clone, objects: ObjectStore) -> None:
    tree = GitTree(objects, CommitId(ada.commit({f"{number}": str(number % 7) for number in range(60)})))
    for number in (5, 6, 5, 40, 3, 4, 5, 59, 0, 1, 2, 3, 4):
        assert tree.read(tree.files[str(number)]) == str(number % 7).encode()


def test_large_files_are_not_read_ahead(ada: Clone, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = GitTree(objects, CommitId(ada.commit({"a": "1", "b": "2", "c": "x" * 100_000, "d": "4"})))
    tree.read(tree.files["a"])
    asked = counted(objects, monkeypatch)
    assert tree.read(tree.files["b"]) == b"2"
    assert asked == [1]
    assert tree.size(tree.files["c"]) == 100_000


def test_links_and_submodules_are_odd(ada: Clone, objects: ObjectStore) -> None:
    ada.write({"plain": "1"})
    (ada.folder / "link").symlink_to("plain")
    Clone(ada.folder / "inner").commit({"x": "1"})
    ada.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    tree = GitTree(objects, CommitId(ada.commit({})))
    assert set(tree.files) == {"plain"}
    assert tree.odd == {"link": "symlink", "inner": "submodule"}


def test_what_of_a_folder_can_t_be_exported_is_told_by_the_law_of_exports(
    ada: Clone, objects: ObjectStore, tmp_path: Path
) -> None:
    ada.write({"good/train.py": "1", "out/train.py": "1", "sub/train.py": "1", "data": "1"})
    (ada.folder / "good/link").symlink_to("train.py")
    (ada.folder / "out/link").symlink_to("../data")
    Clone(ada.folder / "sub/lib").commit({"x": "1"})
    ada.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    tree = GitTree(objects, CommitId(ada.commit({})))
    assert tree.unfit("good") is None
    assert tree.inside("good") == {path.removeprefix("good/") for path in tree.inside("") if path.startswith("good/")}
    assert tree.inside("good")
    for folder, what in (("out", "link is a symbolic link out of its folder"), ("sub", "lib is a submodule")):
        found = tree.unfit(folder)
        assert found
        assert found[0] == what
        with pytest.raises(Refused, match=what):
            export(objects, tree.tree_id(folder) or "", tmp_path / folder)


def test_a_damaged_repository_is_told(ada: Clone, objects: ObjectStore, tmp_path: Path) -> None:
    tree = GitTree(objects, CommitId(ada.commit({"a": "1"})))
    blob = tree.files["a"]
    (ada.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Unavailable, match=f"object {blob} can't be read"):
        tree.read(blob)
    with pytest.raises(Unavailable):
        tree.size("0" * 40)
    with pytest.raises(Unavailable):
        GitTree(objects, CommitId("1" * 40))
