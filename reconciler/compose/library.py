"""The files that specs are made from: found as Hydra finds configs, read by blob id, and remembered."""

from dataclasses import dataclass, field
from functools import cached_property

from reconciler.compose.lru import Lru
from reconciler.model.errors import Problem
from reconciler.model.text import printable
from reconciler.plugins import Plugins, installed
from reconciler.ports.source import SourceTree
from reconciler.yaml.parse import LARGEST, Document, Unreadable, read, too_large

PARTS = "specs/parts"
"""Folder of the reusable parts."""


class Library:
    """One commit's files as documents. What is read once by blob id is true for ever, and kept in `documents`.

    `plugins` are the providers and runners that the files may name; by default, those that are installed.
    """

    def __init__(
        self, tree: SourceTree, documents: Lru[str, Document | Unreadable], plugins: Plugins | None = None
    ) -> None:
        self.tree = tree
        self.plugins = plugins or installed()
        self.files = tree.files
        self._unfit: dict[str, tuple[str, str] | None] = {}
        self._documents = documents

    def document(self, path: str) -> Document:
        """Read a file.

        Raises:
            Unreadable: its text is no spec.
        """
        blob = self.files[path]
        known = self._documents.get(blob)
        if known is None:
            known = self._read(blob)
            self._documents.put(blob, known)
        if isinstance(known, Unreadable):
            raise known.afresh()
        return known

    def _read(self, blob: str) -> Document | Unreadable:
        size = self.tree.size(blob)
        if size > LARGEST:
            return too_large(size)
        try:
            return read(self.tree.read(blob))
        except Unreadable as error:
            return error.afresh()

    def problem(self, path: str) -> Problem | None:
        """Return what makes a file unreadable, if anything does."""
        try:
            self.document(path)
        except Unreadable as error:
            return told(path, error)
        return None

    def unfit(self, folder: str) -> tuple[str, str] | None:
        """Say what of a folder can't be handed to a job, and what to do about it; looked for once."""
        if folder not in self._unfit:
            self._unfit[folder] = self.tree.unfit(folder)
        return self._unfit[folder]

    @cached_property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the parts in every folder below `specs/parts`, by the folder's path below it."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            if path.startswith(PARTS + "/") and path.endswith(".yaml"):
                folder, _, name = path[len(PARTS) + 1 : -len(".yaml")].rpartition("/")
                found.setdefault(folder, []).append(name)
        return {folder: tuple(sorted(names)) for folder, names in found.items()}


@dataclass(slots=True)
class Desk:
    """The files that one spec asked for while it was composed: all that its result depends on.

    `seen` maps paths to blob ids, None where the file isn't there; `listed` maps groups of parts to their options;
    `trees` maps folders of code to their tree ids.
    """

    library: Library
    kind: str
    seen: dict[str, str | None] = field(default_factory=dict)
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    trees: dict[str, str | None] = field(default_factory=dict)

    def find(self, config: str) -> str | None:
        """Return the path of the file that Hydra's search path gives for a config's name.

        The search path of a spec is its kind's folder, then `specs/parts`, then `specs`.
        """
        name = config if config.endswith(".yaml") else config + ".yaml"
        for root in (f"specs/{self.kind}", PARTS, "specs"):
            path = f"{root}/{name}"
            if self.look(path) is not None:
                return path
        return None

    def look(self, path: str) -> str | None:
        """Return a file's blob id, or None where it isn't there."""
        blob = self.seen[path] = self.library.files.get(path)
        return blob

    def document(self, path: str) -> Document:
        """Read a file.

        Raises:
            Unreadable: its text is no spec.
        """
        self.look(path)
        return self.library.document(path)

    def options(self, group: str) -> tuple[str, ...]:
        """Return the names of the parts in a group."""
        names = self.listed[group] = self.library.options.get(group, ())
        return names

    def tree_id(self, folder: str) -> str | None:
        """Return the Git tree id of a folder of code."""
        found = self.trees[folder] = self.library.tree.tree_id(folder)
        return found

    def inside(self, folder: str) -> frozenset[str]:
        """Return the paths below a folder of code whose tree was asked for, or all paths, for hints."""
        return self.library.tree.inside(folder)


def told(path: str, error: Unreadable) -> Problem:
    """Return a file's error as a problem."""
    return Problem(printable(path), error.line, error.column, "", printable(error.message, 500), error.hint)
