"""The commits of the data store: a run's output on its branch, its merge, its removal. Made of objects, without refs.

A run has one folder of the tree to itself, so putting this folder in the place of the former one is all there is to a
merge, and two merges can't conflict.
"""

from collections.abc import Mapping

from reconciler.git.commits import format_commit, parse_commit, with_trailers
from reconciler.git.history import is_ancestor
from reconciler.git.objects import ObjectStore, object_id
from reconciler.git.trees import EMPTY, FOLDER, Draft, Entry, edited, entry_at, rooted
from reconciler.model.ids import RunName
from reconciler.model.run import folder_of
from reconciler.model.text import counted
from reconciler.providers.data.git.folders import Output

ROOT = format_commit(object_id("tree", EMPTY), [], "The data of every environment begins here", 0)
"""The first commit of all data branches, the same in all of them."""


def write_root(objects: ObjectStore) -> str:
    """Write the first commit of a data branch; return its id.

    Raises:
        Unavailable: the disk can't be written.
    """
    draft = Draft(objects)
    draft.add("tree", EMPTY)
    root = draft.add("commit", ROOT)
    draft.save()
    return root


def write_output(objects: ObjectStore, run: RunName, found: Output, base: str, metadata: Mapping[str, str]) -> str:
    """Commit what was found in a run's folder on top of where its branch was opened; return the commit.

    Raises:
        Unavailable: a file can't be read, or the disk can't be written.
    """
    blobs = objects.write_files([file for file, _ in found.values()])
    entries = {path: Entry(mode, blob) for (path, (_, mode)), blob in zip(found.items(), blobs, strict=True)}
    draft = Draft(objects)
    output = edited(draft, None, entries)
    count = counted(len(found), "file")
    message = with_trailers(f"{run}\n\n{count}", metadata)
    return _written(draft, run, output, (base,), message)


def write_merge(objects: ObjectStore, run: RunName, sealed: str, head: str, environment: str) -> str | None:
    """Merge a run's output to a data branch at `head`; return the commit, or None if the branch has it.

    Raises:
        Unavailable: the disk can't be read or written.
    """
    draft = Draft(objects)
    is_next = head in parse_commit(objects.read(sealed)).parents
    if not is_next and is_ancestor(objects.git_dir, sealed, head):
        return None
    message = f"Accept {run}\n\nEnvironment: {environment}"
    return _written(draft, run, output_at(draft, sealed, run), (head, sealed), message)


def write_removal(objects: ObjectStore, run: RunName, sealed: str, head: str) -> str | None:
    """Take a run's output off a data branch at `head`; return the commit, or None if the branch shows another.

    Raises:
        Unavailable: the disk can't be read or written.
    """
    draft = Draft(objects)
    shown = output_at(draft, head, run)
    if shown is None or shown != output_at(draft, sealed, run):
        return None
    return _written(draft, run, None, (head,), f"Drop {run}")


def output_at(draft: Draft, commit: str, run: RunName) -> str | None:
    """Return the tree of a run's folder at a commit; None where there is nothing.

    Raises:
        Unavailable: it can't be read.
    """
    found = entry_at(draft, parse_commit(draft.store.read(commit)).tree, folder_of(run))
    return found.id if found else None


def _written(draft: Draft, run: RunName, output: str | None, parents: tuple[str, ...], message: str) -> str:
    """Commit the first parent's tree with another output of the run."""
    entry = Entry(FOLDER, output) if output else None
    tree = edited(draft, parse_commit(draft.store.read(parents[0])).tree, {folder_of(run): entry})
    commit = draft.add("commit", format_commit(rooted(draft, tree), parents, message))
    draft.save()
    return commit
