"""`setpoint logs`: what a job printed, or the replicas of an endpoint."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click

from reconciler.cli import replica_logs
from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.growth import growth
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.cli.scope import is_terminal
from reconciler.cli.status_reader import document_of, read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings
from runners.contract.secrets import scrubbed

if TYPE_CHECKING:
    from reconciler.model.ids import RunName
    from reconciler.model.observed import Job
    from reconciler.ports.engines import Engines

POLL = 0.5
"""Seconds between two looks at a log that is followed."""
NEARLY = 0.95
"""What share of the most that a pool tells counts as all of it: it leaves out a line that is cut, and its own words."""


@examples(
    "setpoint logs experiments/employment -f",
    "setpoint logs experiments/employment/3f2a1b4c5d6e --lines 50",
    "setpoint logs deployments/employment -f",
    "setpoint logs deployments/employment --revision 3f2a",
)
@click.command("logs")
@click.argument("name", shell_complete=complete_addresses)
@click.option("--lines", "-n", type=click.IntRange(min=0), default=0, help="Only the last lines, of each replica.")
@click.option("--follow", "-f", is_flag=True, help="Go on printing until the job, or the endpoint, has ended.")
@click.option("--revision", default="", help="Which revision's replicas; the beginning of its digest is enough.")
@as_json
@placed
def command(settings: Settings, name: str, lines: int, follow: bool, revision: str, to_json: bool) -> None:
    """Show what a run printed; for a resource, its newest job, whether that runs, has failed or has succeeded.

    For a deployment it is what the replicas print of the revisions that serve, or of all while none does. What its
    smoke tests and its model's training printed is shown by the names of these runs.
    """
    if replica_logs.is_deployment(name):
        _of_replicas(engines_of(settings), endpoint_of(settings, name), revision, lines, follow, to_json)
        return
    if revision:
        raise Refused(f"{name} is no deployment, and has no revisions", "name a deployment, or leave --revision out")
    _of_run(settings, name, lines, follow, to_json)


def _of_replicas(engines: "Engines", name: str, revision: str, lines: int, follow: bool, to_json: bool) -> None:
    printed = replica_logs.read(engines.serving, name, revision)
    for cut in replica_logs.left_out(engines.serving, name, printed, lines):
        print(cut, file=sys.stderr)
    if to_json:
        texts = {digest: {r: replica_logs.last(t, lines) for r, t in of.items()} for digest, of in printed.items()}
        print_json({"deployment": name, "revisions": texts})
        return
    tell(replica_logs.shown(printed, lines))
    if follow:
        for more in replica_logs.followed(printed, lambda: _look(engines, name, revision)):
            tell(more)


def endpoint_of(settings: Settings, address: str) -> str:
    """Return the name of a deployment's endpoint: the first that the deployment had, as far as the status knows."""
    from reconciler.model.ids import Address
    from reconciler.model.moves import former_told

    document = read_status(settings).statuses.get(Address(address), {})
    return next(iter(former_told(Address(address), document.get("facts"))), address)


def _look(engines: "Engines", name: str, revision: str) -> "replica_logs.Printed | None":
    """Read what replicas have printed; None where the endpoint, or the revision that was asked for, has gone."""
    try:
        return replica_logs.read(engines.serving, name, revision)
    except replica_logs.Gone:
        return None


def _of_run(settings: Settings, name: str, lines: int, follow: bool, to_json: bool) -> None:
    engines = engines_of(settings)
    run = name if name.count("/") == 2 else newest_run(settings, engines, name)
    text = _read(engines, run)
    if cut := left_out(engines, run, text, lines):
        print(cut, file=sys.stderr)
    shown = "\n".join(text.splitlines()[-lines:]) if lines else text.rstrip("\n")
    if to_json:
        print_json({"run": run, "log": shown})
        return
    tell(f"{shown}\n" if shown else "")
    if follow:
        for more in followed(text, lambda: _read(engines, run), lambda: _goes_on(engines, run)):
            tell(more)


def left_out(engines: "Engines", run: str, text: str, lines: int) -> str:
    """Say that a log's beginning isn't shown, as only so much of it is read; nothing where all is there that was asked.

    Args:
        engines: whose pool knows the job.
        run: the job's run.
        text: what was read of its log.
        lines: how many lines were asked for; 0 is all.
    """
    from reconciler.model.ids import RunName
    from reconciler.ports.pool import LOG_LIMIT, KeepsLogs

    if 0 < lines <= text.count("\n"):
        return ""
    with contextlib.suppress(OSError):
        if isinstance(engines.pool, KeepsLogs):
            path = engines.pool.log_file(RunName(run))
            size = path.stat().st_size
            what = f"the beginning is left out: the log has {size:,} bytes, and its last {LOG_LIMIT:,} are read"
            return f"{what}; {path} has all of it" if size > LOG_LIMIT else ""
    is_full = len(text.encode(errors="replace")) > LOG_LIMIT * NEARLY
    return f"the beginning may be left out: the pool tells the last {LOG_LIMIT:,} bytes of a log" if is_full else ""


def tell(text: str) -> None:
    """Print what a job or a replica wrote: on a terminal with its colours alone, elsewhere as it is."""
    from reconciler.model.text import coloured

    print(coloured(text) if is_terminal() else text, end="", flush=True)


def followed(text: str, read: Callable[[], str], goes_on: Callable[[], bool], poll: float = POLL) -> Iterator[str]:
    """Return what a log grows by, until its job has ended and all of it was read."""
    is_open = True
    while is_open:
        is_open = goes_on()
        newest = read()
        yield growth(text, newest)
        text = newest
        if is_open:
            time.sleep(poll)


def newest_run(settings: Settings, engines: "Engines", address: str) -> str:
    """Return a resource's newest run: by the jobs that the pool knows, else by the status.

    Raises:
        Refused: the status knows no such resource, or it has no run yet.
    """
    from reconciler.model.ids import Address
    from reconciler.model.moves import names_told

    facts = document_of(read_status(settings), address, settings.environment).get("facts") or {}
    names = names_told(Address(address), facts)
    if found := newest_job(engines.pool.list().jobs, *names):
        return found
    board = facts.get("leaderboard") or [{}]
    run = str(facts.get("run") or board[0].get("run") or facts.get("newest") or "")
    if run.rpartition("/")[0] not in names:
        raise Refused(f"{address} has no run yet", "see `setpoint status`")
    return run


def newest_job(jobs: "Mapping[RunName, Job]", *names: str) -> str:
    """Return the run of a resource's newest job: the one that runs, else that ended last, else that waits.

    `names` are the resource's address, and those that it had before.
    """
    from datetime import UTC, datetime

    from reconciler.model.ids import owner_of
    from reconciler.model.observed import JobState

    never = datetime.min.replace(tzinfo=UTC)
    own = [job for run, job in jobs.items() if owner_of(run) in names]
    own.sort(key=lambda job: (job.state is JobState.RUNNING, job.ended or job.started or never, job.run))
    return str(own[-1].run) if own else ""


def engines_of(settings: Settings) -> "Engines":
    """Return the engines of an environment, by its newest commit.

    Raises:
        Refused: there is no commit.
    """
    from reconciler.wiring import wire

    wired = wire(settings)
    head = wired.converging.head()
    if head is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    wired.converging.cycle(head)
    engines = wired.converging.engines
    assert engines is not None
    return engines


def _read(engines: "Engines", run: str) -> str:
    from reconciler.model.ids import RunName

    try:
        return scrubbed(engines.pool.logs(RunName(run)))
    except FileNotFoundError as error:
        hint = "its record may be purged; `setpoint get` shows the run"
        raise Refused(f"the pool knows no job of {run}", hint) from error


def _goes_on(engines: "Engines", run: str) -> bool:
    from reconciler.model.ids import RunName
    from reconciler.model.observed import JobState

    job = engines.pool.list().jobs.get(RunName(run))
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
