"""Trees are edited by path, and only what is touched is written anew."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.git.objects import ObjectStore
from reconciler.git.trees import (
    EXECUTABLE,
    FILE,
    FOLDER,
    Draft,
    Entry,
    edited,
    entry_at,
    format_tree,
    list_tree,
    parse_tree,
    rooted,
)
from tests.unit.reconciler.git.people import Clone, git

NAMES = st.sampled_from(["a", "b", "a.b", "a-", "a0", "ü"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
EDITS = st.dictionaries(PATHS, st.none() | st.binary(max_size=3), max_size=6)


def written(store: ObjectStore, tree: str | None, files: Mapping[str, bytes | None]) -> str:
    draft = Draft(store)
    edits = {
        path: None if content is None else Entry(FILE, draft.add("blob", content)) for path, content in files.items()
    }
    root = rooted(draft, edited(draft, tree, edits))
    draft.save()
    return root


def after(files: Mapping[str, bytes], edits: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """Say what edits do, as a person would: a file replaces a folder, a path below a file replaces the file."""
    left = dict(files)
    for path, content in sorted(edits.items()):
        below = [known for known in left if known == path or known.startswith(f"{path}/")]
        above = [known for known in left if path.startswith(f"{known}/")]
        for known in below + (above if content is not None else []):
            del left[known]
        if content is not None:
            left[path] = content
    return left


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(rounds=st.lists(EDITS, min_size=1, max_size=3))
def test_edits_do_what_a_person_expects(store: ObjectStore, rounds: list[dict[str, bytes | None]]) -> None:
    tree, expected = None, dict[str, bytes]()
    for edits in rounds:
        clash = [path for path in edits for other in edits if other.startswith(f"{path}/")]
        sane = {path: content for path, content in edits.items() if path not in clash}
        tree = written(store, tree, sane)
        expected = after(expected, sane)
        listing = list_tree(store, tree)
        assert {path: store.read(blob) for path, blob in listing.files.items()} == expected
        assert all(listing.sizes[listing.files[path]] == len(content) for path, content in expected.items())
    assert git(store.git_dir, "fsck", "--no-dangling") == ""


def test_trees_are_those_that_git_writes(ada: Clone) -> None:
    files = {"a": "1", "a.b": "2", "a/": "", "b/c/d": "3", "b/e": "4", "a0": "5", "b-": "6", "ünï code": "7"}
    files.pop("a/")
    commit = ada.commit(dict(files))
    store = ObjectStore(ada.folder / ".git")
    assert written(store, None, {path: text.encode() for path, text in files.items()}) == ada.git(
        "rev-parse", f"{commit}^{{tree}}"
    )
    store.close()


def test_nothing_new_is_written_where_nothing_changes(store: ObjectStore) -> None:
    tree = written(store, None, {"a/b": b"1", "c": b"2"})
    draft = Draft(store)
    blob = Entry(FILE, draft.add("blob", b"1"))
    assert edited(draft, tree, {"a/b": blob}) == tree
    assert edited(draft, tree, {"x/y": None, "c/d": None}) == tree
    assert edited(draft, None, {"x": None}) is None
    assert edited(draft, tree, {"a/b": None, "c": None}) is None


def test_a_folder_is_put_in_place_whole(store: ObjectStore) -> None:
    inner = written(store, None, {"model.txt": b"m"})
    outer = written(store, None, {"experiments/x/old": b"o", "datasets/d": b"d"})
    draft = Draft(store)
    tree = edited(draft, outer, {"experiments/x": Entry(FOLDER, inner)})
    draft.save()
    assert tree
    assert set(list_tree(store, tree).files) == {"experiments/x/model.txt", "datasets/d"}
    assert entry_at(draft, tree, "experiments/x") == Entry(FOLDER, inner)
    assert entry_at(draft, tree, "datasets/d/nothing") is None


def test_links_and_submodules_are_no_files(ada: Clone) -> None:
    ada.write({"run": "#!/bin/sh\n", "plain": ""})
    (ada.folder / "run").chmod(0o755)
    (ada.folder / "link").symlink_to("plain")
    inner = Clone(ada.folder / "inner").commit({"x": "1"})
    ada.git("-c", "advice.addEmbeddedRepo=false", "add", ".")
    commit = ada.commit({})
    store = ObjectStore(ada.folder / ".git")
    listing = list_tree(store, commit)
    assert set(listing.files) == {"run", "plain"}
    assert listing.executable == {"run"}
    assert {path: entry.mode for path, entry in listing.odd.items()} == {"link": "120000", "inner": "160000"}
    assert listing.odd["inner"].id == inner
    store.close()


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: "/" not in name and "\0" not in name),
        st.builds(
            Entry, st.sampled_from([FILE, EXECUTABLE, FOLDER]), st.binary(min_size=20, max_size=20).map(bytes.hex)
        ),
    )
)
def test_a_tree_is_read_as_it_was_written(entries: dict[str, Entry]) -> None:
    try:
        content = format_tree(entries)
    except UnicodeEncodeError:
        return  # half a surrogate is no file name
    assert parse_tree(content) == entries


def test_a_draft_is_read_before_it_is_saved(store: ObjectStore) -> None:
    draft = Draft(store)
    tree = draft.add("tree", format_tree({"a": Entry(FILE, "0" * 40)}))
    assert draft.tree(tree) == {"a": Entry(FILE, "0" * 40)}
    with pytest.raises(FileNotFoundError):
        draft.tree("1" * 40)
