"""`setpoint wait`: until resources are ready."""

import time
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.durations import SPAN
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import Row, as_json, console, overview, print_json, row_of, say, styled
from reconciler.cli.status_reader import known_environment, now, read_both, read_status, unknown
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.lease.heartbeat import Heartbeat
    from reconciler.status.read import Recorded

POLL = 0.2
TAKEOVER = 10.0
"""Seconds that another daemon has to take over, after it may."""


class Wanted(click.ParamType[str]):
    """A state or a reason, in whatever letters: one that there is none of would be waited for in vain."""

    name = "state"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return it as it stands in a status."""
        from difflib import get_close_matches

        from reconciler.model.decision import Phase
        from reconciler.model.reason import Reason

        known = {word.lower(): word for word in (*Reason, *Phase, "alerting")}
        found = known.get(value.lower())
        if found is None:
            near = get_close_matches(value.lower(), known, 1)
            hint = f": did you mean {known[near[0]]}?" if near else f": states are {', '.join([*Phase, 'alerting'])}"
            self.fail(f"there is no state or reason {value}{hint}", param, ctx)
        return str(found)


@examples("setpoint wait deployments/employment --timeout 5m", 'setpoint wait --commit "$(git rev-parse HEAD)"')
@click.command("wait")
@click.argument("addresses", nargs=-1, shell_complete=complete_addresses)
@click.option(
    "--for", "wanted", type=Wanted(), default="ready", show_default=True, help="A state, or a condition's reason."
)
@click.option("--commit", default="", help="Only count a status that has seen this commit.")
@click.option("--timeout", type=SPAN, default="10m", show_default=True, help="Give up after so long.")
@click.option("--fail-fast/--no-fail-fast", default=True, help="Whether a stalled resource ends the wait.")
@as_json
@placed
def command(
    settings: Settings,
    addresses: tuple[str, ...],
    wanted: str,
    commit: str,
    timeout: float,
    fail_fast: bool,
    to_json: bool,
) -> int:
    """Wait until resources, or all of them, are in a state.

    Exits with 4 when one stalls, with 5 when time runs out, with 6 when the daemon died and no other takes over.
    """
    from reconciler.status.read import RecordedFiles

    parser, began = RecordedFiles(), time.monotonic()
    check_known(settings, read_status(settings, parser), addresses)
    while True:
        recorded, heartbeat = read_both(settings, parser)
        rows = rows_of(recorded, addresses)
        code = verdict(rows, wanted, fail_fast) if seen(recorded, commit) else None
        code = judged(code, heartbeat.life(now()), time.monotonic() - began, timeout, heartbeat.span.total_seconds())
        if code is not None:
            _tell(rows, code, to_json, heartbeat)
            return code
        time.sleep(POLL)


def judged(code: Exit | None, life: str, waited: float, longest: float, span: float) -> Exit | None:
    """Return the exit code of a wait, or None while it goes on.

    Args:
        code: what the status alone says; of a daemon that died it may be long past.
        life: whether a daemon lives.
        waited: seconds so far.
        longest: seconds after which it gives up.
        span: seconds in which another daemon takes over from one that died.
    """
    if life == "dead":
        return Exit.UNAVAILABLE if waited > min(span + TAKEOVER, longest) else None
    return Exit.TIMEOUT if code is None and waited > longest else code


def check_known(settings: Settings, recorded: "Recorded", addresses: tuple[str, ...]) -> None:
    """Refuse to wait for what neither the status nor the newest commit knows.

    Raises:
        Refused: there is no such environment or resource; names the nearest.
    """
    known_environment(settings)
    strangers = [a for a in addresses if a not in {str(known) for known in recorded.statuses}]
    if not strangers:
        return
    from reconciler.compose import Cache, compose
    from reconciler.wiring import open_source

    source = open_source(settings)
    head = source.head()
    desired = compose(source.tree(head), settings.environment, Cache()).resources if head else {}
    for address in strangers:
        if address not in {str(known) for known in desired}:
            raise unknown(address, {*map(str, desired), *map(str, recorded.statuses)}, settings.environment)


def rows_of(recorded: "Recorded", addresses: tuple[str, ...]) -> list[Row]:
    """Return the rows of the addresses that are asked for; one that isn't known yet is waiting."""
    statuses = {str(address): document for address, document in recorded.statuses.items()}
    wanted = addresses or tuple(sorted(statuses))
    return [row_of(a, statuses[a]) if a in statuses else Row(a, "waiting", "Unknown", "not known yet") for a in wanted]


def seen(recorded: "Recorded", commit: str) -> bool:
    """Tell whether a status has seen a commit, given by a prefix; no prefix, any status will do."""
    return bool(recorded.last_pass) and str(recorded.last_pass.get("commit", "")).startswith(commit)


def verdict(rows: list[Row], wanted: str, fail_fast: bool) -> Exit | None:
    """Return the exit code of the wait, or None while it goes on."""
    if rows and all(wanted in (row.state, row.reason) for row in rows):
        return Exit.OK
    if fail_fast and any(row.state == "stalled" and wanted not in (row.state, row.reason) for row in rows):
        return Exit.STALLED
    return None


def _tell(rows: list[Row], code: Exit, to_json: bool, heartbeat: "Heartbeat") -> None:
    if to_json:
        told = {"code": int(code), "daemon": heartbeat.as_json(now())}
        print_json(told | {"resources": [row.as_json() for row in rows]})
        return
    console().print(overview(rows))
    if code is Exit.TIMEOUT:
        say(styled("time is up", "red"))
    if heartbeat.life(now()).value != "alive":
        say(heartbeat.words(now()))
