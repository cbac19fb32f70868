"""`GitData`: the data store and its reader for one environment."""

import random
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from reconciler.disk import writing
from reconciler.git.bare import make_bare
from reconciler.git.export import export
from reconciler.git.maintenance import sweep_unfinished
from reconciler.git.names import is_run_name
from reconciler.git.objects import ObjectStore, object_id
from reconciler.git.process import call
from reconciler.git.refs import RefUpdate, list_refs, swap
from reconciler.git.trees import Draft, list_tree
from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import DataListing
from reconciler.model.quantity import parse_quantity
from reconciler.model.run import folder_of
from reconciler.ports.data import NO_FILES
from reconciler.providers.data.git import commits, names
from reconciler.providers.data.git.folders import STALE, Folders, scan
from reconciler.providers.data.git.names import HEADS, OPEN, SEALED, TAGS, RunRefs, check_run
from reconciler.untrusted import LARGEST
from runners.contract.mistakes import shown

SETTINGS = MappingProxyType(
    {
        "core.compression": "0",
        "core.bigFileThreshold": "64m",
        "core.logAllRefUpdates": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
    }
)
"""What is compressed already gains nothing from it; nothing is collected behind the daemon's back."""
LARGEST_OUTPUT = "50Gi"
_ATTEMPTS = 60
_PACK_EVERY = 200
"""Merges after which the refs are packed to one file, so that listing ten thousand stays fast."""


class GitData:
    """The data store in a folder of this machine, as one environment sees it. Any number of threads may use it.

    Args:
        folder: where everything lies; made if it isn't there.
        environment: the environment's name.
        largest_output: bytes that the output of one run may have, as a quantity such as 50Gi.

    Raises:
        Refused: the environment can't have a data branch by its name.
        ValueError: `largest_output` is no quantity.
        Unavailable: the folder can't be made.
    """

    def __init__(self, folder: Path, environment: str, *, largest_output: str | float = LARGEST_OUTPUT) -> None:
        self._environment = names.check_owner(environment)
        self._largest_output = int(parse_quantity(largest_output))
        folder = folder.absolute()
        self._git_dir = make_bare(folder / "objects.git", SETTINGS)
        self._objects = ObjectStore(self._git_dir)
        self._folders = Folders(folder)
        self._branch = f"{HEADS}/{environment}"
        self._root = object_id("commit", commits.ROOT)
        self._lock = threading.RLock()
        self._checking = threading.Lock()
        self._merges = 0
        self._is_swept = False

    def list(self) -> DataListing:
        """List all branches and versions, by one `git for-each-ref`.

        Raises:
            Unavailable: the folder is gone or can't be read.
        """
        return names.listing(list_refs(self._git_dir, *names.ALL), self._environment, self._root)

    def open(self, run: RunName) -> str:
        """Open the run's branch off the environment's data branch, unless it is open; return its folder's URL.

        Raises:
            Refused: the run's name isn't one.
            Unavailable: the folder is gone or can't be written.
        """
        check_run(run)
        self._sweep()
        for _ in _rounds(run):
            refs = self._refs(run)
            if refs.open or refs.sealed or self._swapped(RefUpdate(self._ref(OPEN, run), self._head(), None)):
                break
        return self._folders.make(run).as_uri()

    def commit(self, run: RunName, metadata: Mapping[str, str], files: Mapping[str, bytes] = NO_FILES) -> CommitId:
        """Commit what the run's folder holds and seal the branch; a sealed or accepted one is returned as it is.

        Raises:
            Refused: the run has no open branch, or left something that can't be kept.
            Unavailable: the folder is gone or can't be written.
        """
        check_run(run)
        for _ in _rounds(run):
            refs = self._refs(run)
            done = refs.sealed_commit(self._environment)
            if done:
                return CommitId(done)
            if not refs.open:
                raise Refused(f"{run} has no open branch, so there is nothing to commit", "start the run anew")
            owner, base = next(iter(refs.open.items()))
            try:
                self._folders.put(run, files)
                found = scan(self._folders.make(run), self._largest_output)
                sealed = commits.write_output(self._objects, run, found, base, metadata)
            except Unavailable:
                if self._refs(run).open == refs.open:
                    raise
                continue  # another environment has sealed it, and perhaps moved its folder to the versions
            if self._swapped(RefUpdate(f"{SEALED}/{owner}/{run}", sealed, None), *_gone(OPEN, run, refs.open)):
                return CommitId(sealed)
        raise _outrun(run)

    def merge(self, run: RunName) -> CommitId:
        """Merge a sealed branch, or a version of another environment, to this environment and keep it as a version.

        Returns:
            The run's sealed commit, which is the version's in every environment.

        Raises:
            Refused: there is neither, or the run's name isn't one.
            Unavailable: the folder is gone or can't be written.
        """
        check_run(run)
        with self._lock:
            sealed = self._accepted(run)
            self._folders.keep(run)
            self._pack()
        return CommitId(sealed)

    def drop(self, run: RunName, *, accepted: bool = False) -> None:
        """Remove the run's branch from this environment, whether or not it is there; a version only if it is meant.

        What other environments keep of the run stays. A version's files leave the data branch with it, unless a newer
        version has taken their place; the branch's history keeps them.

        Raises:
            Refused: the run's name isn't one.
            Unavailable: the folder is gone or can't be written.
        """
        check_run(run)
        with self._lock:
            for _ in _rounds(run):
                refs = self._all_refs(run)
                if not {*refs.open, *refs.sealed} - {self._environment}:
                    self._folders.remove(self._folders.work(run))
                refs = refs if accepted else replace(refs, tags={})
                if accepted and not {*refs.tags} - {self._environment}:
                    self._folders.remove(self._folders.version(run))
                if self._swapped(*self._dropping(run, refs)):
                    return

    def leave(self) -> None:
        """Remove the environment's data branch, whether or not it is there; its runs have been dropped.

        Raises:
            Unavailable: the folder is gone or can't be written.
        """
        with self._lock:
            found = list_refs(self._git_dir, self._branch).get(self._branch)
            if found is not None:
                swap(self._git_dir, [RefUpdate(self._branch, None, found)])

    def access(self, run: RunName, *, lasting: bool = False) -> Mapping[str, str]:  # noqa: ARG002 - the port's
        """Return what lets a job reach its URLs: nothing, as they are folders of its machine."""
        return {}

    def read(self, run: RunName, path: str) -> bytes:
        """Read a file of a run's folder, from its version, else from its branch, committed or not.

        Raises:
            FileNotFoundError: there is no such run or file.
            Refused: it is no regular file, or a large one.
            Unavailable: the folder is gone or can't be read.
        """
        refs = self._known(run)
        commit = refs.sealed_commit(self._environment)
        if commit is None:
            return self._folders.open_file(run, path)
        found = self._objects.find(f"{commit}:{folder_of(run)}/{path}")
        if found is None or found.kind != "blob":
            raise FileNotFoundError(f"the run {run} has no file {path}")
        if found.size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MiB", "it is no place for data")
        return self._objects.read(found.id)

    def missing(self, run: RunName, paths: Collection[str]) -> Collection[str]:
        """Return which of these files a run's folder doesn't hold.

        Raises:
            FileNotFoundError: there is no such run.
            Refused: what the folder holds can't be kept.
            Unavailable: the folder is gone or can't be read.
        """
        commit = self._known(run).sealed_commit(self._environment)
        if commit is None:
            self._folders.check(run, self._largest_output)
            return frozenset(path for path in paths if not self._folders.has_file(run, path))
        tree = commits.output_at(Draft(self._objects), commit, run) if paths else None
        return frozenset(paths) - (list_tree(self._objects, tree).files.keys() if tree else frozenset())

    def url(self, run: RunName) -> str:
        """Return the URL of a run's folder, to be read by other jobs; it is made anew if it is missing or was changed.

        Raises:
            FileNotFoundError: there is no such run.
            Unavailable: the folder is gone or can't be written.
        """
        refs = self._known(run)
        folder = self._folders.version(run) if refs.tags else self._folders.work(run)
        if not refs.tags and folder.is_dir():
            return folder.as_uri()
        commit = refs.sealed_commit(self._environment)
        tree = commits.output_at(Draft(self._objects), commit, run) if commit else None
        if tree and refs.tags:
            with self._checking:
                self._folders.keep(run)
                self._folders.check_out(self._objects, tree, run)
        elif tree:
            export(self._objects, tree, folder, self._folders.trash)
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder.as_uri()

    def close(self) -> None:
        """End the process that reads objects; the next read starts another."""
        self._objects.close()

    def _ref(self, room: str, run: RunName) -> str:
        return f"{room}/{self._environment}/{run}"

    def _refs(self, run: RunName) -> RunRefs:
        """Find a run's refs; where this environment has its output, by asking a process that runs, else all of them."""
        wanted = [self._ref(room, run) for room in (OPEN, SEALED, TAGS)]
        mine = names.refs_of(run, {ref: info.id for ref in wanted if (info := self._objects.find(ref))})
        return mine if mine.sealed or mine.tags else self._all_refs(run)

    def _all_refs(self, run: RunName) -> RunRefs:
        return names.refs_of(run, list_refs(self._git_dir, *names.patterns(run)))

    def _known(self, run: RunName) -> RunRefs:
        """Find the refs of a run to read it: an accepted run by this environment's tag, else by whatever there is."""
        if not is_run_name(run):
            raise FileNotFoundError(f"the data store has no run {shown(run[:200])}")
        ref = self._ref(TAGS, run)
        tag = self._objects.find(ref)
        refs = names.refs_of(run, {ref: tag.id}) if tag else self._all_refs(run)
        if not (refs.tags or refs.sealed or refs.open):
            raise FileNotFoundError(f"the data store has no run {run}")
        return refs

    def _head(self) -> str:
        """Return the head of the environment's data branch, which is made where there is none."""
        found = self._objects.find(self._branch)
        if found is not None:
            return found.id
        root = commits.write_root(self._objects)
        return root if self._swapped(RefUpdate(self._branch, root, None)) else self._head()

    def _accepted(self, run: RunName) -> str:
        for _ in _rounds(run):
            refs = self._refs(run)
            sealed = refs.sealed_commit(self._environment)
            if sealed is None:
                raise Refused(f"{run} has no sealed branch, so there is nothing to merge", "commit its output first")
            if self._swapped(*self._accepting(run, sealed, refs)):
                return sealed
        raise _outrun(run)

    def _accepting(self, run: RunName, sealed: str, refs: RunRefs) -> Iterator[RefUpdate]:
        """Tell which refs move when a run is accepted; a merge that a crash broke off is gone on with."""
        if self._environment not in refs.tags:
            head = self._head()
            merged = commits.write_merge(self._objects, run, sealed, head, self._environment)
            yield RefUpdate(self._branch, merged or head, head)
            yield RefUpdate(self._ref(TAGS, run), sealed, None)
        yield from _gone(OPEN, run, refs.open)
        yield from _gone(SEALED, run, refs.sealed)

    def _dropping(self, run: RunName, refs: RunRefs) -> Iterator[RefUpdate]:
        """Tell which refs move when this environment drops a run."""
        mine = self._environment
        sealed = refs.tags.get(mine)
        if sealed:
            head = self._head()
            removed = commits.write_removal(self._objects, run, sealed, head)
            yield RefUpdate(self._branch, removed or head, head)
        for room, found in ((OPEN, refs.open), (SEALED, refs.sealed), (TAGS, refs.tags)):
            yield from _gone(room, run, {mine: found[mine]} if mine in found else {})

    def _swapped(self, *updates: RefUpdate) -> bool:
        """Move refs together; tell whether nobody was faster."""
        try:
            if updates:
                swap(self._git_dir, updates)
        except Raced:
            return False
        return True

    def _sweep(self) -> None:
        """Clear away, once in the life of a daemon, what another one left when it was killed."""
        with self._lock:
            if not self._is_swept:
                self._is_swept = True
                listed = names.listing(list_refs(self._git_dir, f"{OPEN}/", f"{SEALED}/", f"{TAGS}/"), "", "")
                self._folders.sweep(listed.branches.keys(), listed.versions.keys() - listed.branches.keys())
                sweep_unfinished(self._git_dir, STALE)

    def _pack(self) -> None:
        """Pack the refs now and then; what becomes of it changes nothing, so that no merge fails for its sake."""
        if self._merges % _PACK_EVERY == 0:
            call(self._git_dir, "pack-refs", "--all")
        self._merges += 1


def _gone(room: str, run: RunName, found: Mapping[str, str]) -> Iterator[RefUpdate]:
    return (RefUpdate(f"{room}/{owner}/{run}", None, at) for owner, at in found.items())


def _rounds(run: RunName) -> Iterator[int]:
    """Yield one round of reading and writing after another, with growing pauses, as long as others are faster."""
    for attempt in range(_ATTEMPTS):
        yield attempt
        time.sleep(random.uniform(0, 0.005 * min(attempt + 1, 40)))
    raise _outrun(run)


def _outrun(run: RunName) -> Raced:
    return Raced(f"others were faster at each of {_ATTEMPTS} attempts to write {run}", "it is tried again")
