"""The names of branches and tags, by run and environment, and what a listing of them says.

lakeFS allows no slash in them. No kind, name or environment has an underscore, so these part them; a digest may have
some.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.git.names import is_run_name
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName
from reconciler.model.observed import Branch, DataListing, Version
from runners.contract.mistakes import shown

RUN, MERGE = "run_", "merge_"
"""How the branches of runs begin, and those on which merges are prepared."""
VERSION = "setpoint_"
"""How tags begin."""
ROOT = f"{VERSION}root"


def check_run(run: RunName) -> RunName:
    """Return a run's name as it is.

    Raises:
        Refused: it isn't of the form `<kind>/<name>/<digest>`.
    """
    if not is_run_name(run):
        raise Refused(f"{shown(run[:200])} can't be the name of a run", "a run is named <kind>/<name>/<digest>")
    return run


def name_of(prefix: str, run: RunName, environment: str = "") -> str:
    """Return the name of the branch or tag that an environment has for a run; without one, how all of the run begin."""
    return f"{prefix}{run.replace('/', '_', 2)}_{environment}"


def owner_of(prefix: str, name: str) -> tuple[RunName, str] | None:
    """Return the run and the environment that a branch or tag belongs to; None where it is somebody else's."""
    if not name.startswith(prefix):
        return None
    joined, _, environment = name.removeprefix(prefix).rpartition("_")
    run = RunName(joined.replace("_", "/", 2))
    return (run, environment) if environment and is_run_name(run) else None


@dataclass(frozen=True, slots=True)
class RunRefs:
    """The commits of one run by environment: of a well-behaved one at most one branch, and any number of versions."""

    open: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def sealed_commit(self, environment: str) -> str | None:
        """Return the commit that holds the run's output: this environment's, else any other's."""
        for found in (self.versions, self.sealed):
            if found:
                return found.get(environment) or next(iter(found.values()))
        return None

    @property
    def branches(self) -> tuple[str, ...]:
        """Return the environments that have a branch of the run."""
        return (*self.open, *self.sealed)


def refs_of(run: RunName, branches: Mapping[str, str], tags: Mapping[str, str], root: str) -> RunRefs:
    """Sort out what belongs to a run."""
    heads = {owner: commit for name, commit in branches.items() if (owner := owner_of(RUN, name)) and owner[0] == run}
    kept = {owner: commit for name, commit in tags.items() if (owner := owner_of(VERSION, name)) and owner[0] == run}
    return RunRefs(
        open={environment: commit for (_, environment), commit in heads.items() if commit == root},
        sealed={environment: commit for (_, environment), commit in heads.items() if commit != root},
        versions={environment: commit for (_, environment), commit in kept.items()},
    )


def listing(branches: Mapping[str, str], tags: Mapping[str, str], environment: str, root: str) -> DataListing:
    """Tell what all branches and tags say to one environment.

    A branch of a run that this environment has accepted is what a crash left: its version says all.
    """
    versions: dict[RunName, Version] = {}
    for name, commit in tags.items():
        if owner := owner_of(VERSION, name):
            run, here = owner[0], owner[1] == environment
            if here or run not in versions:
                versions[run] = Version(run, CommitId(commit), here)
    opened: dict[RunName, Branch] = {}
    for name, commit in branches.items():
        owner = owner_of(RUN, name)
        if owner and not (owner[0] in versions and versions[owner[0]].here):
            branch = Branch(owner[0], CommitId(commit), commit != root, owner[1] == environment)
            opened[owner[0]] = _nearer(opened.get(owner[0]), branch)
    return DataListing(CommitId(branches.get(environment, root)), opened, versions)


def _nearer(known: Branch | None, other: Branch) -> Branch:
    """Choose between the branches that two environments have of one run: the sealed one, else our own."""
    return other if known is None else max(known, other, key=lambda branch: (branch.sealed, branch.ours))
