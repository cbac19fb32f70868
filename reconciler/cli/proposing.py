"""Proposals by hand: the same kind of proposal that a promotion makes, for a model that a person chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.cli.status_reader import open_status
from reconciler.cli.unlike import unlike
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, CommitId, RunName, digest, name_of
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.markdown import escaped
from reconciler.model.resource import Resource
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
    """A proposal that was opened, and the commit of its merge if it was merged at once."""

    name: str
    branch: str
    merged: CommitId | None


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment as a proposal by hand needs it."""

    wired: Wired
    commit: CommitId
    engines: Engines
    resource: Resource
    spec: Deployment


def target_of(settings: Settings, address: str) -> Target:
    """Find a deployment in the watched branch's newest commit.

    Raises:
        Refused: there is none of that address.
    """
    wired = wire(settings)
    head = wired.source.head()
    if head is None:
        raise Refused("the watched branch has no commit")
    done = wired.converging.preview(head)
    resource = next((r for a, r in done.desired.resources.items() if a == address), None)
    engines = wired.converging.engines
    if resource is None or not isinstance(resource.spec, Deployment) or engines is None:
        known = ", ".join(done.desired.of_kind(Deployment)) or "none"
        raise Refused(f"{address} is no deployment of {settings.environment}", f"it has: {known}")
    return Target(wired, head, engines, resource, resource.spec)


def propose(target: Target, trial: str, why: str, merge: bool, *, alike: bool = False) -> Opened:
    """Propose a trial as the model of a deployment; `merge` merges it at once.

    Raises:
        Refused: the trial failed, is not in the data store, or left no model; or it is to be `alike`, and clients of
            the live model would find another.
    """
    run, settings = RunName(trial), target.wired.settings
    try:
        result = document_of(run, RESULT, target.engines.reader.read(run, RESULT))
    except FileNotFoundError as error:
        raise _absent(settings, trial) from error
    model = result.get("facts", {}).get("model", {}).get("digest")
    if not model:
        raise Refused(f"{trial} left no model", "name a trial of an experiment: experiments/<name>/<digest>")
    live = target.spec.model.trial if target.spec.model else None
    if live == trial:
        raise Refused(f"{trial} is the model of {target.resource.address} already")
    name = f"{target.resource.address}/{digest([trial, live, target.commit])}"
    file = f"environments/{settings.environment}/deployments/{name_of(target.resource.address)}.yaml"
    title = f"{why} {trial} on {target.resource.address} in {settings.environment}"
    ways = unlike(target.engines.reader, run, RunName(live)) if live else ()
    if alike and ways:
        raise Refused(f"{trial} is unlike the live model {live}: {'; '.join(ways)}", "--force proposes it all the same")
    body = f"Asked for by hand. The model that is live now: `{live}`.\n" + "".join(
        f"- {escaped(way)}\n" for way in ways
    )
    order = ProposalOrder(name, target.commit, file, {"model": {"trial": trial, "digest": model}}, title, body)
    if merge and (flaw := target.wired.converging.merge_flaw(target.commit)):
        raise Refused(f"nothing can be merged: {flaw}", "leave out --merge, and merge the proposal by hand")
    target.engines.forge.propose(order)
    branch = target.engines.forge.list()[name].branch
    return Opened(name, branch, target.engines.forge.merge(name) if merge else None)


def _absent(settings: Settings, trial: str) -> Refused:
    """Return why a trial isn't in the data store: as its experiment's leaderboard has it, if there is one."""
    status = open_status(settings).read()
    recorded = RecordedFiles().read(status).statuses.get(Address(trial.rpartition("/")[0]), {})
    board = whole_board(status, recorded.get("facts") or {}) or ()
    row: Mapping[str, Any] = next((row for row in board if row.get("run") == trial), {})
    hint = "`setpoint compare` lists an experiment's trials"
    if stage := left_out(row):
        what = {"failed": "failed", "rejected": "was rejected"}.get(stage, "hasn't ended")
        return Refused(f"{trial} {what}: {row.get('message') or stage}", hint)
    return Refused(f"{trial} is not in the data store of {settings.environment}", hint)
