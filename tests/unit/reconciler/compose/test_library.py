"""Files by blob id, found on Hydra's search path."""

import pytest

from reconciler.compose.library import Desk, Library, told
from reconciler.compose.lru import Lru
from reconciler.yaml.parse import LARGEST, Document, Unreadable
from tests.unit.reconciler.compose.samples import library, tree


def test_a_blob_is_read_once_whatever_its_path() -> None:
    files = tree({"specs/parts/a.yaml": "x: 1", "specs/parts/b.yaml": "x: 1"})
    documents: Lru[str, Document | Unreadable] = Lru(10)
    shelf = Library(files, documents)
    assert shelf.document("specs/parts/a.yaml") is shelf.document("specs/parts/b.yaml")
    assert len(documents) == 1
    assert Library(files, documents).document("specs/parts/a.yaml") is shelf.document("specs/parts/a.yaml")


def test_an_unreadable_file_is_told_again_and_again() -> None:
    shelf = library({"a.yaml": "- x"})
    for _ in range(2):
        with pytest.raises(Unreadable, match="a spec is a mapping"):
            shelf.document("a.yaml")
    problem = shelf.problem("a.yaml")
    assert problem is not None
    assert str(problem) == "a.yaml:1:1: a spec is a mapping of fields, and this is a list (write `field: value` lines)"


def test_a_large_file_is_not_read_at_all() -> None:
    files = tree({"a.yaml": b"a" * (LARGEST + 1)})
    files.read = lambda blob: pytest.fail(f"read {blob}")  # type: ignore[method-assign]
    problem = Library(files, Lru(1)).problem("a.yaml")
    assert problem is not None
    assert (problem.line, problem.message) == (0, "the file is too large: 1.0 MiB, and a spec may have 1 MiB")


def test_the_search_path_of_a_kind() -> None:
    files = {
        "specs/experiments/a.yaml": "",
        "specs/parts/a.yaml": "",
        "specs/parts/b.yaml": "",
        "specs/b.yaml": "",
        "specs/datasets/c.yaml": "",
        "specs/parts/g/d.yaml": "",
    }
    desk = Desk(library(files), "experiments")
    assert desk.find("a") == "specs/experiments/a.yaml"
    assert desk.find("b.yaml") == "specs/parts/b.yaml"
    assert desk.find("datasets/c") == "specs/datasets/c.yaml"
    assert desk.find("parts/g/d") == "specs/parts/g/d.yaml"
    assert desk.find("g/d") == "specs/parts/g/d.yaml"
    assert desk.find("nothing") is None


def test_a_desk_remembers_what_was_looked_for_and_not_found() -> None:
    desk = Desk(library({"specs/parts/b.yaml": "x: 1", "code/train.py": ""}), "experiments")
    desk.find("b")
    desk.options("model")
    desk.tree_id("code")
    assert list(desk.seen) == ["specs/experiments/b.yaml", "specs/parts/b.yaml"]
    assert desk.seen["specs/experiments/b.yaml"] is None
    assert desk.listed == {"model": ()}
    assert desk.trees["code"] is not None
    assert desk.document("specs/parts/b.yaml").value == {"x": 1}


def test_options_are_the_names_of_a_group() -> None:
    files = {"specs/parts/model/gbm.yaml": "", "specs/parts/model/a.yaml": "", "specs/parts/top.yaml": ""}
    assert library(files).options == {"model": ("a", "gbm"), "": ("top",)}


def test_told() -> None:
    assert str(told("a.yaml", Unreadable("is wrong", "mend it", 2, 3))) == "a.yaml:2:3: is wrong (mend it)"
