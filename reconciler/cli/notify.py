"""`setpoint notify`: a test message to the routes of `notifications`, before one that is wrong matters."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json, say, styled
from reconciler.model.errors import Refused, SetpointError
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.notifications import Route
    from reconciler.notices.bodies import Sender
    from reconciler.ports.forge import Forge

WHAT = "this is a test of the route, by `setpoint notify`: nothing is wrong"


@examples("setpoint notify --environment prod", "setpoint notify oncall --environment prod")
@click.command("notify")
@click.argument("routes", nargs=-1)
@as_json
@placed
def command(settings: Settings, routes: tuple[str, ...], to_json: bool) -> int:
    """Send a test message to ROUTES, or to all of the environment, as the watched branch has them.

    A route hears of it whatever it is told of else. Exits with 6 when one doesn't take it now, 3 when it never will.
    """
    from reconciler.notices.bodies import Sender

    sender = Sender(settings.environment, settings.place)
    chosen, forge = _chosen(settings, routes)
    tried = {route.name: _tried(route, sender, forge) for route in chosen}
    errors = [error for error in tried.values() if error]
    if to_json:
        print_json([_as_json(name, error) for name, error in tried.items()])
    else:
        for name, error in tried.items():
            _tell(name, error)
    if any(not isinstance(error, Refused) for error in errors):
        return Exit.UNAVAILABLE
    return Exit.REFUSED if errors else Exit.OK


def _as_json(name: str, error: SetpointError | None) -> dict[str, object]:
    return {"route": name, "taken": error is None} | ({"error": error.message, "hint": error.hint} if error else {})


def _tell(name: str, error: SetpointError | None) -> None:
    word, style = ("not taken", "red") if error else ("taken", "green")
    hint = f"  → {error.hint}" if error and error.hint else ""
    say(styled(f"{word:10}", style), f"{name}: {error.message}{hint}" if error else name)


def _chosen(settings: Settings, names: tuple[str, ...]) -> "tuple[list[Route], Forge | None]":
    """Return the routes of an environment that were asked for, and its forge where one of them leads there.

    Raises:
        Refused: there is none, or none of such a name.
        Unavailable: the repository can't be read.
    """
    from reconciler.wiring import engines, wire

    wired = wire(settings)
    head = wired.converging.head()
    environment = wired.converging.desired(head).environment if head else None
    found = environment.notifications if environment else None
    routes = {route.name: route for route in found.routes} if found else {}
    if not routes:
        what = f"the environment {settings.environment} has no `notifications`"
        raise Refused(what, f"write them in environments/{settings.environment}/environment.yaml, and merge that")
    if unknown := next((name for name in names if name not in routes), None):
        raise Refused(f"there is no route {unknown}", f"the routes are {', '.join(routes)}")
    chosen = [routes[name] for name in names or routes]
    is_told = environment is not None and any(route.forge for route in chosen)
    return chosen, engines(environment, settings, wired.source).forge if environment and is_told else None


def _tried(route: "Route", sender: "Sender", forge: "Forge | None") -> SetpointError | None:
    """Send a test message; return what kept it from being taken."""
    from datetime import UTC, datetime

    from reconciler.loop.delivery import deliver
    from reconciler.model.notifications import CauseKind, Event, Severity
    from reconciler.notices.causes import TEST, Cause
    from reconciler.notices.ledger import Message, Notice
    from reconciler.settings import reveal

    now = datetime.now(UTC)
    cause = Cause(CauseKind.REVIEW, TEST, Severity.INFO, "Test", WHAT)
    notice = Notice(f"test-{now:%Y%m%d%H%M%S%f}", Event.BEGAN, cause, now)
    try:
        deliver(Message(route.name, now, (notice,)), route, sender, reveal, forge)
    except SetpointError as error:
        return error
    return None
