"""Making a trial's model again: the same order from the same commit, on a pool of this machine, and nobody hears of it.

What is run is what a commit of the watched branch asks for. Which commit that was, and on which data, the run's result
tells; whether it is true, the run's name does, which digests all that the result depends on.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.compose import Cache, compose
from reconciler.controllers.experiments import trial_orders
from reconciler.controllers.run_lifecycle import describe_error
from reconciler.home import CODE
from reconciler.loop.job_orders import job_order, result_of
from reconciler.model.change import StartRun
from reconciler.model.decision import DataVersion, View
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId, RunName, owner_of
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Actual, Job, JobState
from reconciler.model.resource import Desired
from reconciler.model.text import printable
from reconciler.ports.engines import Engines
from reconciler.provenance.statement import LOCK, model_of, packages_in
from reconciler.status.results import document_of
from reconciler.untrusted import parse, read
from reconciler.wiring import SystemClock, Wired, export, scratch_pool
from runners.contract.files import ERROR, RESULT

_LOOK = 0.2
_COMMIT_HINT = "`setpoint trace` tells what is known of it"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a run that was made again: the model's digest then and now, and the files, by what became of them.

    `packages` are those of other versions than then, each with both.
    """

    run: RunName
    then: str
    now: str
    same: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    packages: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Tell whether the model is the same, bit for bit."""
        return bool(self.then) and self.then == self.now


def reproduce(wired: Wired, engines: Engines, run: RunName, folder: Path, tell: Callable[[str], None]) -> Made:
    """Make a run's model again in a folder, and compare what came of it.

    Raises:
        Refused: it can't be made again here; the message says why.
        Unavailable: an engine or the repository can't be reached.
    """
    content = result_of(engines.reader, run)
    if content is None:
        raise Refused(f"{run} isn't in the data store", "`setpoint compare` lists an experiment's trials")
    former = document_of(run, RESULT, content)
    commit, desired, order = ordered(wired, engines, run, former)
    tell(f"{run} is made again as commit {commit[:12]} asks for it")
    output = folder / "output"
    job = _done(desired, engines, wired, (commit, order), folder)
    if job.state is not JobState.SUCCEEDED:
        what = f"{run} ended otherwise this time: {_why(output) or job.reason or 'its log says why'}"
        raise Refused(what, "--folder keeps its log, below `pool`")
    return compared(run, former, output, packages_in(_lock(engines, run)))


def ordered(
    wired: Wired, engines: Engines, run: RunName, former: Mapping[str, Any]
) -> tuple[CommitId, Desired, StartRun]:
    """Find the order of a run in the commit that its result names.

    Raises:
        Refused: no commit of the watched branch asks for it with data that is there.
    """
    told = former.get("provenance") or {}
    commit = _commit(wired, run, str(told.get("commit", "")))
    environment = str(told.get("environment", ""))
    desired = compose(wired.source.tree(commit), environment, Cache())
    found = [r for r in desired.resources.values() if r.identity == owner_of(run) and r.trials]
    inputs = {
        str(key).removeprefix("input_"): _version(engines, RunName(str(name)))
        for key, name in told.items()
        if str(key).startswith("input_")
    }
    view = View(desired, Actual(now=SystemClock().now()))
    orders = [order for resource in found for order in trial_orders(resource, inputs, view)] if inputs else []
    order = next((order for order in orders if order.run == run), None)
    if order is None:
        what = f"commit {commit[:12]} doesn't ask for {run} with the data that its result names"
        raise Refused(what, "another version of its runner may have made it, or somebody has changed its result")
    return commit, desired, order


def _commit(wired: Wired, run: RunName, told: str) -> CommitId:
    head = wired.source.head()
    is_id = len(told) in (40, 64) and all(letter in "0123456789abcdef" for letter in told)
    if head is None or not is_id or not wired.source.descends(head, CommitId(told)):
        what = f"{run} names {printable(told, 64) or 'no commit'}, which isn't in the watched branch's history"
        raise Refused(what, _COMMIT_HINT)
    return CommitId(told)


def _version(engines: Engines, run: RunName) -> DataVersion:
    content = result_of(engines.reader, run)
    if content is None:
        raise Refused(f"its data {printable(run)} isn't in the data store any more", _COMMIT_HINT)
    return DataVersion(run, str(document_of(run, RESULT, content).get("content", "")))


def _done(desired: Desired, engines: Engines, wired: Wired, what: tuple[CommitId, StartRun], folder: Path) -> Job:
    """Run the job on a pool that is made for it, as the environment's own would, and wait for its end."""
    commit, order = what
    home = wired.settings.home / CODE
    (folder / "output").mkdir(parents=True, exist_ok=True)
    pool = scratch_pool(desired.environment, folder / "pool")
    asked = order.resources
    capacity = {"cpus": asked.cpus, "memory": asked.memory, "gpus": asked.gpus}
    pool.configure(order.pool, Pool.model_validate({"capacity": capacity}))
    job = job_order(
        engines, lambda tree: export(wired.source, tree, home), order, commit, lambda _: (folder / "output").as_uri()
    )
    pool.submit(job)
    try:
        while True:
            pool.settle()
            found = pool.list().jobs[order.run]
            if found.state not in (JobState.WAITING, JobState.RUNNING):
                return found
            time.sleep(_LOOK)
    finally:
        if pool.list().jobs[order.run].state in (JobState.WAITING, JobState.RUNNING):
            pool.cancel(order.run)


def compared(run: RunName, former: Mapping[str, Any], output: Path, packages: Mapping[str, str]) -> Made:
    """Compare what a run has left with what was made again.

    Args:
        run: the run.
        former: its result.
        output: the folder of what was made again.
        packages: those that it ran with then.
    """
    newer = document_of(run, RESULT, read(output / RESULT))
    then, now = (dict(document.get("files") or {}) for document in (former, newer))
    here = {path: now.get(path) for path in then}
    ran = packages_in(parse(read(output / LOCK))) if (output / LOCK).is_file() else {}
    return Made(
        run,
        model_of(former),
        model_of(newer),
        tuple(sorted(path for path, digest in here.items() if digest == then[path])),
        tuple(sorted(path for path, digest in here.items() if digest and digest != then[path])),
        tuple(sorted(path for path, digest in here.items() if not digest)),
        {name: (was, ran.get(name, "")) for name, was in sorted(packages.items()) if ran and ran.get(name) != was},
    )


def _why(output: Path) -> str:
    """Return what a job said when it failed; empty where it said nothing."""
    try:
        told = parse(read(output / ERROR))
    except (OSError, Refused, ValueError):
        return ""
    return printable(describe_error(told), 500) if isinstance(told, dict) else ""


def _lock(engines: Engines, run: RunName) -> Any:
    try:
        return parse(engines.reader.read(run, LOCK))
    except (FileNotFoundError, Refused, ValueError):
        return None
