"""A repository on this machine, bare or with work trees, whose refs are moved directly."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from reconciler import untrusted
from reconciler.git.maintenance import Upkeep
from reconciler.git.objects import ObjectStore
from reconciler.git.process import PATIENCE, Output, call, checked
from reconciler.git.refs import RefUpdate, list_refs, raced, swap
from reconciler.git.stale_locks import clear_stale
from reconciler.model.errors import Refused, Unavailable
from runners.contract.mistakes import shown


class LocalRepository:
    """A repository by its path: a bare one, or a folder with `.git`.

    Args:
        place: the path. A repository in a folder above it isn't meant.

    Raises:
        Refused: there is no repository.
        Unavailable: the path isn't there.
    """

    def __init__(self, place: Path) -> None:
        if not place.is_dir():
            raise Unavailable(f"the repository {place} isn't there", "check the path, or clone the repository there")
        told = _located(place.resolve())
        if told.code:
            hint = told.complaint if (place / ".git").exists() else f"make one with `git init {place}`"
            raise Refused(f"{place} is no Git repository", hint)
        git_dir, algorithm = told.text.splitlines()[:2]
        self.place = str(place.resolve())
        self.git_dir = Path(git_dir)
        self.objects = ObjectStore(self.git_dir, algorithm)
        self._upkeep = Upkeep(self.git_dir)

    @property
    def watched(self) -> Path | None:
        """Return the Git folder: refs that move change files in it."""
        return self.git_dir

    def refs(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names.

        Raises:
            Unavailable: the repository is gone or can't be read.
        """
        return list_refs(self.git_dir, *patterns)

    def heard(self, *patterns: str) -> Mapping[str, str]:
        """Return the object id of every ref that a pattern names; here that is as they are now.

        Raises:
            Unavailable: the repository can't be read.
        """
        return self.refs(*patterns)

    def ref(self, name: str) -> str | None:
        """Return the object id of one ref by its full name, without starting a process; None where there is none.

        Raises:
            Unavailable: the repository is gone or can't be read.
        """
        found = self.objects.find(name)
        if found is None and not (self.git_dir / "HEAD").exists():
            raise Unavailable(f"the repository {self.place} is gone", "restore it, or give another path")
        return found.id if found else self._looked_at(name)

    def _looked_at(self, name: str) -> str | None:
        """Return what a ref that led to no object says now: one that a power cut has left empty is no absent one."""
        try:
            told = untrusted.read(self.git_dir / name, 1024).decode("ascii", "replace").strip()
        except (FileNotFoundError, Refused):
            return None
        found = self.objects.find(name) or (self.objects.find(told) if told.isalnum() else None)
        if found is None and not told.startswith("ref: ") and (self.git_dir / name).exists():
            hint = f"have it point to a commit again, `git update-ref {name} <commit>`, or delete that file"
            raise Unavailable(f"the ref {self.git_dir / name} is damaged: it says {shown(told[:60])}", hint)
        return found.id if found else None

    def swap(self, updates: Sequence[RefUpdate], *, patience: float | None = None) -> None:
        """Move refs together, each only if it is where it is expected; in so many seconds, or not at all.

        Raises:
            Raced: a ref isn't where it was expected.
            Unavailable: the repository can't be written.
        """
        swap(self.git_dir, updates, patience or PATIENCE)
        self._upkeep.written()

    def advance(self, update: RefUpdate) -> None:
        """Move a branch to a descendant; where it is checked out, its work tree follows if nothing is in the way.

        The same is done by `receive.denyCurrentBranch=updateInstead` for a push (git-config(1)).

        Raises:
            Raced: the branch isn't where it was expected.
            Refused: changes in the work tree are in the way.
            Unavailable: the repository can't be written, or somebody is writing to the work tree's index.
        """
        work_tree = self._work_tree_of(update.ref)
        if work_tree is None or update.new is None:
            return swap(self.git_dir, [update])
        if self.refs(update.ref).get(update.ref) != update.old:
            raise raced(update.ref)
        private = _private(work_tree)
        for git_dir, refs in ((self.git_dir, [update.ref]), (private, [])):
            clear_stale(git_dir, refs)
        call(work_tree, "merge", "--ff-only", "--quiet", "--no-stat", update.new, in_work_tree=True)
        now = self.refs(update.ref).get(update.ref)
        if now == update.old:
            raise _in_the_way(work_tree, private / "index.lock", update.ref)
        if now != update.new:
            raise raced(update.ref)
        return None

    def default_branch(self) -> str:
        """Return the name of the branch that HEAD points to; `main` where it points to none."""
        told = call(self.git_dir, "symbolic-ref", "--quiet", "HEAD").text.strip()
        return told.removeprefix("refs/heads/") or "main"

    def refresh(self, ref: str | None = None) -> None:
        """Do nothing: refs are read anew at every look."""

    def anticipate(self, ref: str) -> None:
        """Do nothing: what moves is here."""

    def cancel(self, most: float) -> None:
        """Do nothing: what a disk hangs on can't be cancelled."""

    def close(self) -> None:
        """End the processes that read objects and that pack them."""
        self.objects.close()
        self._upkeep.close()

    def _work_tree_of(self, ref: str) -> Path | None:
        """Return the work tree in which a branch is checked out, the main one or one by `git worktree`."""
        told = checked(self.git_dir, "worktree", "list", "--porcelain", "-z").text
        for block in told.split("\0\0"):
            facts = dict(line.partition(" ")[::2] for line in block.strip("\0").split("\0"))
            if facts.get("branch") == ref and "bare" not in facts and Path(facts["worktree"]).is_dir():
                return Path(facts["worktree"])
        return None


def _private(work_tree: Path) -> Path:
    """Return the Git folder that a work tree has to itself: its HEAD and its index lie there."""
    told = call(work_tree, "rev-parse", "--path-format=absolute", "--git-dir", in_work_tree=True)
    return Path(told.text.rstrip("\n"))


def _in_the_way(work_tree: Path, lock: Path, ref: str) -> Refused | Unavailable:
    """Return the error for a branch that its work tree can't follow."""
    if lock.exists():
        hint = f"if the git command that made {lock} was killed, delete that"
        return Unavailable(f"another git command writes to the index of the work tree {work_tree}", hint)
    return Refused(
        f"changes in the work tree {work_tree} are in the way of a merge to {ref}",
        "commit or stash them; or let Setpoint watch a bare repository, and push to that",
    )


def _located(place: Path) -> Output:
    """Ask git for the folder of a repository and its hash, looking at this place and at none above it."""
    wanted = ("--path-format=absolute", "--git-common-dir", "--show-object-format")
    return call(place, "rev-parse", *wanted, in_work_tree=True)
