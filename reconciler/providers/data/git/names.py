"""The refs of the data store, by run and environment, and what a listing of them says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.git.names import check_environment, is_run_name
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Branch, DataListing, Version
from runners.contract.mistakes import shown

HEADS, OPEN, SEALED, TAGS = "refs/heads", "refs/heads/open", "refs/heads/sealed", "refs/tags"
ALL = (f"{HEADS}/", f"{TAGS}/")
_RESERVED = ("open", "sealed")


def check_owner(environment: str) -> str:
    """Return an environment's name, if it can have a data branch.

    Raises:
        Refused: it can't.
    """
    if environment in _RESERVED:
        raise Refused(
            f"an environment can't be called {shown(environment)}", "open and sealed are the folders of branches"
        )
    return check_environment(environment)


def check_run(run: RunName) -> RunName:
    """Return a run's name as it is.

    Raises:
        Refused: it isn't of the form `<kind>/<name>/<digest>`.
    """
    if not is_run_name(run):
        raise Refused(f"{shown(run[:200])} can't be the name of a run", "a run is named <kind>/<name>/<digest>")
    return run


@dataclass(frozen=True, slots=True)
class RunRefs:
    """All refs of one run, by environment: of a well-behaved one at most one branch, and any number of tags."""

    open: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def sealed_commit(self, environment: str) -> str | None:
        """Return the commit that holds the run's output: this environment's, else any other's."""
        for found in (self.tags, self.sealed):
            if found:
                return found.get(environment) or next(iter(found.values()))
        return None


def patterns(run: RunName) -> tuple[str, ...]:
    """Return what `git for-each-ref` is asked for to find all refs of a run."""
    return tuple(f"{folder}/*/{run}" for folder in (OPEN, SEALED, TAGS))


def refs_of(run: RunName, refs: Mapping[str, str]) -> RunRefs:
    """Sort a run's refs."""
    found: dict[str, dict[str, str]] = {OPEN: {}, SEALED: {}, TAGS: {}}
    for ref, commit in refs.items():
        for folder, known in found.items():
            if ref.startswith(f"{folder}/") and ref.endswith(f"/{run}"):
                known[ref[len(folder) + 1 : -len(run) - 1]] = commit
    return RunRefs(found[OPEN], found[SEALED], found[TAGS])


def listing(refs: Mapping[str, str], environment: str, root: str) -> DataListing:
    """Tell what refs say to one environment; `root` is its head before it has one.

    A branch of a run that this environment has accepted is what a crash left: its version says all.
    """
    branches: dict[RunName, Branch] = {}
    versions: dict[RunName, Version] = {}
    for ref, commit in refs.items():
        room, owner, run = _parted(ref)
        if room == TAGS and (owner == environment or run not in versions):
            versions[run] = Version(run, CommitId(commit), owner == environment)
        elif room in (OPEN, SEALED):
            branches[run] = _nearer(
                branches.get(run), Branch(run, CommitId(commit), room == SEALED, owner == environment)
            )
    accepted = [run for run in branches if run in versions and versions[run].here]
    for run in accepted:
        del branches[run]
    return DataListing(CommitId(refs.get(f"{HEADS}/{environment}", root)), branches, versions)


def _parted(ref: str) -> tuple[str, str, RunName]:
    for room in (TAGS, OPEN, SEALED):
        if ref.startswith(f"{room}/"):
            owner, _, run = ref[len(room) + 1 :].partition("/")
            return (room, owner, RunName(run)) if is_run_name(run) else ("", "", RunName(""))
    return "", "", RunName("")


def _nearer(known: Branch | None, other: Branch) -> Branch:
    """Choose between the branches that two environments have of one run: the sealed one, else our own."""
    if known is None:
        return other
    return max(known, other, key=lambda branch: (branch.sealed, branch.ours))
