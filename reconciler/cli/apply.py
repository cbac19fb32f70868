"""`setpoint apply`: converge once, then stop."""

import sys
import time
from typing import TYPE_CHECKING

import click

from reconciler.cli.controls import write_approval
from reconciler.cli.durations import SPAN
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import leasing, placed, trusting
from reconciler.cli.output import STYLES, as_json, counted, print_json, say, styled
from reconciler.cli.plan import as_document
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.reason import Reason
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.lease.heartbeat import Heartbeat
    from reconciler.loop.cycle import Pass
    from reconciler.wiring import Wired

TICK = 0.25
LOOKS = 60
"""How often a claim is looked at within its span: a forge counts the requests."""
SPARE = 5.0
"""Seconds beyond a claim's span after which whoever only watched it gives up."""


@examples("setpoint apply --environment dev", "setpoint apply --approve 3f2a1b4c5d6e")
@click.command("apply")
@click.option("--timeout", type=SPAN, default="30m", show_default=True, help="Give up after so long; exits with 5.")
@click.option(
    "--wait",
    type=SPAN,
    default=None,
    help="How long to wait for another's lease; by default until it is known whether its holder lives.",
)
@click.option("--approve", default="", help="First approve a set of deletions, or a rewritten commit, by its digest.")
@as_json
@placed
@trusting
@leasing
def command(settings: Settings, timeout: float, wait: float | None, approve: str, to_json: bool) -> int:
    """Converge once: make passes until nothing more happens by itself, then stop. A daemon mustn't run meanwhile."""
    from reconciler.containment import contain
    from reconciler.loop.wake_up import Schedules, WakeUp
    from reconciler.wiring import wire

    if approve:
        write_approval(settings, approve)
    wired = wire(settings)
    if not take(wired, wait):
        if approve:
            print(f"approved; the daemon {wired.lease.holder()} applies it")
            return Exit.OK
        fix = "it lives, and converges by itself: see `setpoint status`, or wait for its end by --wait 10m"
        raise Unavailable(f"{wired.lease.holder()} holds the lease", fix)
    renewals = Schedules(WakeUp())
    renewals.every("lease", lambda: wired.renewal, lambda: contain(wired.lease.acquire))
    try:
        done, is_converged = converge(wired, timeout, quiet=to_json)
    finally:
        renewals.stop()
        contain(wired.lease.release)
    print_json(as_document(done)) if to_json else tell(done, is_converged)
    if not is_converged:
        return Exit.TIMEOUT
    return Exit.STALLED if any(d.phase.value == "stalled" for d in done.plan.decisions.values()) else Exit.OK


def take(wired: "Wired", wait: float | None = None) -> bool:
    """Take the lease; while another holds it, wait until that is over, or it is seen to be renewed.

    Args:
        wired: the environment.
        wait: for how many seconds it is waited for, whether it is renewed or not; None for no longer than needed.

    Returns:
        Whether it is held; False while another daemon holds it.
    """
    began, first = time.monotonic(), None
    while not wired.lease.acquire():
        other = wired.lease.other()
        if first is None:
            first = other
            _tell_wait(other, wait)
        is_renewed = (other.holder, other.seen) != (first.holder, first.seen)
        longest = other.span.total_seconds() + SPARE if wait is None else wait
        if (is_renewed and wait is None) or time.monotonic() - began >= longest:
            return False
        time.sleep(max(TICK, other.span.total_seconds() / LOOKS))
    return True


def _tell_wait(other: "Heartbeat", wait: float | None) -> None:
    """Say for whom the lease is waited for, and how long."""
    if wait == 0:
        return
    most = other.span.total_seconds() if wait is None else wait
    until = "it is renewed or has run out" if wait is None else "it is free"
    print(f"{other.holder} holds the lease; waiting until {until}, {most:g} s at most", file=sys.stderr)


def converge(wired: "Wired", seconds: float, quiet: bool) -> "tuple[Pass, bool]":
    """Make passes until only people, schedules or nothing can change anything, or time is up.

    Returns:
        The last pass, one at least, and whether it left nothing to wait for.

    Raises:
        Refused: there is no commit.
        Unavailable: another daemon has taken the lease over.
    """
    deadline = time.monotonic() + seconds
    while True:
        commit = wired.converging.head()
        if commit is None:
            raise Refused(f"{wired.settings.place} has no commit on {wired.settings.branch}", "commit something first")
        if not wired.lease.held() and not wired.lease.acquire():
            what = f"{wired.lease.holder()} has taken the lease over"
            raise Unavailable(what, "it converges by itself: see `setpoint status`")
        done = wired.converging.run(commit)
        if not quiet:
            _tell_changes(done)
        if not done.outcomes and not _goes_on(done):
            return done, True
        if time.monotonic() >= deadline:
            return done, False
        if not done.did_something:
            _settle(wired, deadline)


def _tell_changes(done: "Pass") -> None:
    for outcome in done.outcomes:
        why = styled(outcome.error, "red") if outcome.error else styled(outcome.change.why, "dim")
        say(f"{outcome.change.sign} {outcome.change.verb} {outcome.change.target}  ", why)


def tell(done: "Pass", is_converged: bool) -> None:
    """Say how things stand at the end: what needs somebody, where endpoints answer, how many of each state."""
    decisions = done.plan.decisions.values()
    for problem in done.desired.all_problems():
        say(styled(problem, "red"))
    for note in done.plan.notes:
        say(styled(note, "yellow"))
    for decision in decisions:
        state = decision.phase.value
        if state != "ready":
            say(styled(decision.address, "bold"), "  ", styled(state, STYLES[state]), "  ", decision.message)
        elif decision.facts.get("url"):
            say(styled(decision.address, "bold"), f"  answers at {decision.facts['url']}")
    states = [d.phase.value for d in decisions]
    counts = ", ".join(f"{states.count(word)} {word}" for word in STYLES if word in states) or "nothing is asked for"
    where = f"{done.plan.environment} at {done.plan.commit[:12]}"
    if is_converged:
        say(f"{where}: {counts}")
    else:
        going = sum(state in ("reconciling", "waiting") for state in states)
        say(
            styled(
                f"{where}: time is up with {counted(going, 'resource')} underway; raise --timeout to wait longer", "red"
            )
        )


def _settle(wired: "Wired", deadline: float) -> None:
    """Wait until an engine has news, five seconds at the most."""
    until = min(deadline, time.monotonic() + 5)
    while not wired.converging.settle() and time.monotonic() < until:
        time.sleep(TICK)


def _goes_on(done: "Pass") -> bool:
    """Tell whether something is underway that ends by itself."""
    people = {
        Reason.WAITS_FOR_REVIEW,
        Reason.NO_MODEL,
        Reason.SUSPENDED,
        Reason.WAITS_FOR_UPSTREAM,
        Reason.NOT_DUE_YET,
    }
    waiting = (d for d in done.plan.decisions.values() if d.phase.value in ("reconciling", "waiting"))
    return any(d.reason not in people for d in waiting)
