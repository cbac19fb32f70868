"""Proposals by hand: the same kind of proposal that a promotion makes, for a model or a version that a person chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.cli.status_reader import open_status
from reconciler.cli.unlike import unlike
from reconciler.controllers.promotable import MODELS, Pinned, Promotable, pinned_by, pinned_in, promotable_of
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId, RunName, digest, kind_of, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.labels import Labels
from reconciler.model.markdown import escaped
from reconciler.model.resource import Desired, Resource
from reconciler.ports.engines import Engines
from reconciler.ports.forge import ProposalOrder
from reconciler.settings import Settings
from reconciler.status.leaderboard_pages import left_out, whole_board
from reconciler.status.read import RecordedFiles
from reconciler.status.results import document_of
from reconciler.wiring import Wired, wire
from runners.contract.files import RESULT


@dataclass(frozen=True, slots=True)
class Opened:
    """A proposal that was opened, its page where it has one, and the commit of its merge if it was merged at once."""

    name: str
    branch: str
    merged: CommitId | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Newest:
    """The watched branch's newest commit, what it asks for, and the engines, where they could be built."""

    wired: Wired
    commit: CommitId
    desired: Desired
    engines: Engines | None


@dataclass(frozen=True, slots=True)
class Target:
    """What has a model, or a version, to pin, as a proposal by hand needs it."""

    wired: Wired
    commit: CommitId
    engines: Engines
    resource: Resource

    @property
    def sort(self) -> Promotable:
        """Return what sort of thing is pinned there."""
        return promotable_of(self.resource.address)

    @property
    def pinned(self) -> Pinned | None:
        """Return what is pinned there now."""
        return pinned_by(self.resource)


def newest_of(settings: Settings) -> Newest:
    """Read the watched branch's newest commit.

    Raises:
        Refused: there is none.
    """
    wired = wire(settings)
    head = wired.source.head()
    if head is None:
        raise Refused("the watched branch has no commit")
    desired = wired.converging.preview(head).desired
    return Newest(wired, head, desired, wired.converging.engines)


def target_of(settings: Settings, address: str) -> Target:
    """Find a deployment, a dataset or labels in the watched branch's newest commit.

    Raises:
        Refused: there is none of that address.
    """
    newest = newest_of(settings)
    resource, engines = newest.desired.resources.get(Address(address)), newest.engines
    if resource is None or not isinstance(resource.spec, Deployment | Dataset | Labels) or engines is None:
        kinds = (Deployment, Dataset, Labels)
        known = ", ".join(one for kind in kinds for one in newest.desired.of_kind(kind)) or "none"
        what = f"{address} is no deployment, dataset or labels of {settings.environment}"
        raise Refused(what, f"it has: {known}")
    if isinstance(resource.spec, Deployment) and resource.spec.graph:
        raise Refused(f"{address} combines several models", f"name one of {', '.join(resource.spec.members)}")
    return Target(newest.wired, newest.commit, engines, resource)


def propose(target: Target, run: str, why: str, merge: bool, *, alike: bool = False) -> Opened:
    """Propose a trial as the model of a deployment, or a version as that of data; `merge` merges it at once.

    Raises:
        Refused: the run failed, is not in the data store, or left no model; or it is to be `alike`, and clients of
            the live model would find another.
    """
    pin, live = _pin_of(target, run), target.pinned
    settings, address = target.wired.settings, target.resource.address
    if live and live.run == run:
        raise Refused(f"{run} is the {target.sort.noun} of {address} already")
    name = f"{address}/{digest([run, live.run if live else None, target.commit])}"
    title = f"{why} {run} on {address} in {settings.environment}"
    ways = unlike(target.engines.reader, RunName(run), RunName(live.run)) if live and target.sort is MODELS else ()
    if alike and live and ways:
        raise Refused(
            f"{run} is unlike the live model {live.run}: {'; '.join(ways)}", "--force proposes it all the same"
        )
    body = f"{asked_by(settings)} The {target.sort.noun} that is live now: `{live.run if live else None}`.\n"
    body += "".join(f"- {escaped(way)}\n" for way in ways)
    file = pinned_in(settings.environment, address)
    edits = target.sort.edits(pin)
    order = ProposalOrder(name, target.commit, file, edits, title, body, author=settings.author)
    return opened(target.wired, target.engines, order, merge)


def asked_by(settings: Settings) -> str:
    """Say that a person asked for a proposal, and who, where that is known."""
    return f"Asked for by hand, by {escaped(settings.author)}." if settings.author else "Asked for by hand."


def opened(wired: Wired, engines: Engines, order: ProposalOrder, merge: bool) -> Opened:
    """Open a proposal; `merge` merges it at once.

    Raises:
        Refused: it is to be merged, and nothing can be.
    """
    if merge and (flaw := wired.converging.merge_flaw(order.base)):
        raise Refused(f"nothing can be merged: {flaw}", "leave out --merge, and merge the proposal by hand")
    engines.forge.propose(order)
    made = engines.forge.list()[order.name]
    return Opened(order.name, made.branch, engines.forge.merge(order.name) if merge else None, made.url or "")


def _pin_of(target: Target, run: str) -> Pinned:
    """Return what pins a run, as its result in the data store tells.

    Raises:
        Refused: there is no such run, or it left nothing that may be pinned here.
    """
    result = _result_of(target, run)
    if target.sort is MODELS:
        model = result.get("facts", {}).get("model", {}).get("digest")
        if not model:
            raise Refused(f"{run} left no model", "name a trial of an experiment: experiments/<name>/<digest>")
        return Pinned(run, str(model))
    address = target.resource.address
    if owner_of(RunName(run)) not in (address, *target.resource.former):
        raise Refused(f"{run} is no version of {address}", f"name one: {address}/<digest>")
    if RunName(run) not in target.engines.data.list().versions:
        raise Refused(f"{run} was never accepted", f"`setpoint get {address}` tells which version is in force")
    return Pinned(run, str(result.get("content") or run))


def _result_of(target: Target, run: str) -> Mapping[str, Any]:
    try:
        return document_of(RunName(run), RESULT, target.engines.reader.read(RunName(run), RESULT))
    except FileNotFoundError as error:
        raise _absent(target.wired.settings, run) from error


def _absent(settings: Settings, trial: str) -> Refused:
    """Return why a trial isn't in the data store: as its experiment's leaderboard has it, if there is one."""
    status = open_status(settings).read()
    recorded = RecordedFiles().read(status).statuses.get(Address(trial.rpartition("/")[0]), {})
    board = whole_board(status, recorded.get("facts") or {}) or ()
    row: Mapping[str, Any] = next((row for row in board if row.get("run") == trial), {})
    is_trial = kind_of(RunName(trial)) == Experiment.kind
    hint = "`setpoint compare` lists an experiment's trials" if is_trial else "`setpoint get` tells what is in force"
    if stage := left_out(row):
        what = {"failed": "failed", "rejected": "was rejected"}.get(stage, "hasn't ended")
        return Refused(f"{trial} {what}: {row.get('message') or stage}", hint)
    return Refused(f"{trial} is not in the data store of {settings.environment}", hint)
