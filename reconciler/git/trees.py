"""Trees: parsed, listed, and edited so that only the folders that an edit touches are written anew."""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.git.objects import Kind, ObjectStore, object_id
from reconciler.git.process import checked

FILE, EXECUTABLE, SYMLINK, FOLDER, SUBMODULE = "100644", "100755", "120000", "40000", "160000"
"""The modes that Git knows, as they stand in a tree object."""
EMPTY = b""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name in a tree stands for."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything below a tree by path: regular files, what is none, and folders.

    `odd` maps symbolic links and submodules to their entries; the other two map to ids. `sizes` tells how many bytes
    each blob has that isn't damaged.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    executable: frozenset[str] = frozenset()
    odd: Mapping[str, Entry] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)


class Draft:
    """Objects that a write needs, kept back until all of them can be written at once."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self._pending: dict[str, tuple[Kind, bytes]] = {}

    def add(self, kind: Kind, content: bytes) -> str:
        """Keep an object for writing; return its id."""
        name = object_id(kind, content, self.store.algorithm)
        self._pending[name] = (kind, content)
        return name

    def tree(self, name: str | None) -> dict[str, Entry]:
        """Return the entries of a tree, written or not; of None, no entries.

        Raises:
            FileNotFoundError: there is no such tree.
        """
        if name is None:
            return {}
        pending = self._pending.get(name)
        return parse_tree(pending[1] if pending else self.store.read(name), len(name) // 2)

    def save(self) -> None:
        """Write what was kept.

        Raises:
            Unavailable: the repository can't be written.
        """
        self.store.write(list(self._pending.values()))
        self._pending.clear()


def parse_tree(content: bytes, width: int = 20) -> dict[str, Entry]:
    """Read a tree object, whose ids have `width` bytes."""
    entries: dict[str, Entry] = {}
    at = 0
    while at < len(content):
        space = content.index(b" ", at)
        end = content.index(b"\0", space)
        name = content[end + 1 : end + 1 + width].hex()
        entries[os.fsdecode(content[space + 1 : end])] = Entry(content[at:space].decode(), name)
        at = end + 1 + width
    return entries


def format_tree(entries: Mapping[str, Entry]) -> bytes:
    """Write a tree object. Git sorts folders as if their names ended in a slash."""
    lines = [(os.fsencode(name), entry) for name, entry in entries.items()]
    lines.sort(key=lambda line: line[0] + b"/" if line[1].mode == FOLDER else line[0])
    return b"".join(b"%s %s\0%s" % (entry.mode.encode(), name, bytes.fromhex(entry.id)) for name, entry in lines)


def edited(draft: Draft, tree: str | None, edits: Mapping[str, Entry | None]) -> str | None:
    """Apply edits by path to a tree; an entry replaces what is there, None removes it.

    Args:
        draft: takes the trees that are new.
        tree: the tree's id, or None for an empty one.
        edits: entries by path; an entry may be a folder.

    Returns:
        The new tree's id, which is the old one's if nothing changed; None if nothing is left in it.
    """
    entries = draft.tree(tree)
    former = dict(entries)
    below: defaultdict[str, dict[str, Entry | None]] = defaultdict(dict)
    for path, entry in edits.items():
        name, slash, rest = path.partition("/")
        if slash:
            below[name][rest] = entry
        else:
            _put(entries, name, entry)
    for name, inner in below.items():
        folder = entries.get(name)
        is_folder = folder is not None and folder.mode == FOLDER
        if not is_folder and not any(inner.values()):
            continue
        new = edited(draft, folder.id if folder and is_folder else None, inner)
        _put(entries, name, Entry(FOLDER, new) if new else None)
    if not entries:
        return None
    return tree if tree and entries == former else draft.add("tree", format_tree(entries))


def _put(entries: dict[str, Entry], name: str, entry: Entry | None) -> None:
    if entry is None:
        entries.pop(name, None)
    else:
        entries[name] = entry


def rooted(draft: Draft, tree: str | None) -> str:
    """Return a tree for a commit: the one that is given, or the empty one."""
    return tree or draft.add("tree", EMPTY)


def entry_at(draft: Draft, tree: str | None, path: str) -> Entry | None:
    """Return what a path below a tree stands for, without following symbolic links; None where nothing is."""
    entry = Entry(FOLDER, tree) if tree else None
    for name in path.split("/"):
        if entry is None or entry.mode != FOLDER:
            return None
        entry = draft.tree(entry.id).get(name)
    return entry


def list_tree(store: ObjectStore, tree: str) -> Listing:
    """List everything below a tree or commit, by one `git ls-tree`.

    Raises:
        Unavailable: it can't be read.
    """
    output = checked(store.git_dir, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree).stdout
    files: dict[str, str] = {}
    sizes: dict[str, int] = {}
    executable: set[str] = set()
    odd: dict[str, Entry] = {}
    folders: dict[str, str] = {}
    for line in map(os.fsdecode, output.split(b"\0")[:-1]):
        head, _, path = line.partition("\t")
        mode, kind, name, size = head.split()
        if kind == "tree":
            folders[path] = name
        elif mode in (SYMLINK, SUBMODULE):
            odd[path] = Entry(mode, name)
        else:
            files[path] = name
            if size.isdigit():  # `BAD` where the object is damaged
                sizes[name] = int(size)
            if mode == EXECUTABLE:
                executable.add(path)
    return Listing(files, sizes, frozenset(executable), odd, folders)
