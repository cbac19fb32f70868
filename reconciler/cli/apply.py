"""`setpoint apply`: converge once, then stop."""

import sys
import time

import click

from reconciler.cli.controls import write_approval
from reconciler.cli.exits import Exit
from reconciler.cli.output import as_json, console, print_json
from reconciler.cli.place import placed
from reconciler.cli.plan import as_document
from reconciler.cli.reading import now
from reconciler.gitstore.heartbeat import Life
from reconciler.loop.boundary import contain
from reconciler.loop.cycle import Pass
from reconciler.loop.events import Bell, Schedules
from reconciler.model.decision import Standing
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.quantity import parse_duration
from reconciler.settings import Settings
from reconciler.wiring import Wired, lease_span, wire

TICK = 0.25


@click.command("apply")
@click.option("--timeout", default="30m", show_default=True, help="Give up after so long.")
@click.option("--approve", default="", help="First approve a set of deletions, or a rewritten commit, by its digest.")
@as_json
@placed
def command(settings: Settings, timeout: str, approve: str, to_json: bool) -> int:
    """Converge once: make passes until nothing more happens by itself, then stop. It needs the lease."""
    if approve:
        write_approval(settings, approve)
    wired = wire(settings)
    if not take(wired):
        if approve:
            print(f"approved; the daemon {wired.lease.holder()} applies it")
            return Exit.OK
        raise Unavailable(f"{wired.lease.holder()} holds the lease", "it converges by itself: see `setpoint status`")
    renewals = Schedules(Bell())
    renewals.every("lease", lease_span(wired.source) / 3, lambda: contain(wired.lease.acquire))
    try:
        done = converge(wired, parse_duration(timeout).total_seconds(), quiet=to_json)
    finally:
        renewals.stop()
        contain(wired.lease.release)
    if to_json:
        print_json(as_document(done))
    return Exit.STALLED if done.plan.standing(Standing.STALLED) else Exit.OK


def take(wired: Wired) -> bool:
    """Take the lease; of a holder that seems to be dead, watch first that it doesn't renew its claim.

    Returns:
        Whether it is held; False while another daemon lives.
    """
    is_told = False
    while not wired.lease.acquire():
        other = wired.lease.other()
        if other.life(now()) is not Life.DEAD:
            return False
        if not is_told:
            seconds = other.span.total_seconds()
            print(f"{other.words(now())}; watching its lease for {seconds:g} s", file=sys.stderr)
        is_told = True
        time.sleep(TICK)
    return True


def converge(wired: Wired, seconds: float, quiet: bool) -> Pass:
    """Make passes until only people, schedules or nothing can change anything.

    Raises:
        Unavailable: that took too long, or another daemon has taken the lease over.
    """
    out, deadline = console(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        commit = wired.converging.head()
        if commit is None:
            raise Refused(f"{wired.settings.repository} has no commit", "commit something first")
        if not wired.lease.held() and not wired.lease.acquire():
            what = f"{wired.lease.holder()} has taken the lease over"
            raise Unavailable(what, "it converges by itself: see `setpoint status`")
        done = wired.converging.run(commit)
        for outcome in done.outcomes:
            if not quiet:
                told = f"[red]{outcome.error}[/red]" if outcome.error else f"[dim]{outcome.change.why}[/dim]"
                out.print(f"{outcome.change.sign} {outcome.change.verb} {outcome.change.target}  {told}")
        if not done.outcomes and not _goes_on(done):
            return done
        if not done.did_something:
            _settle(wired, deadline)
    raise Unavailable("it did not converge in time", "raise --timeout, or see `setpoint status`")


def _settle(wired: Wired, deadline: float) -> None:
    """Wait until an engine has news, five seconds at the most."""
    until = min(deadline, time.monotonic() + 5)
    while not wired.converging.settle() and time.monotonic() < until:
        time.sleep(TICK)


def _goes_on(done: Pass) -> bool:
    """Tell whether something is underway that ends by itself."""
    people = {"WaitsForReview", "NoModel", "Suspended", "WaitsForUpstream", "NotDueYet"}
    open_ones = (*done.plan.standing(Standing.RECONCILING), *done.plan.standing(Standing.WAITING))
    return any(d.reason not in people for d in open_ones)
