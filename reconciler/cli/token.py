"""`setpoint token`: what lets a person or a script into an endpoint that asks for a token, for a day at the least."""

from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.logs import endpoint_of, engines_of
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, print_json
from reconciler.model.errors import Refused, Unavailable
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.ports.serving import ServingEngine


@examples(
    "setpoint token deployments/employment --json",
    'curl -H "Authorization: Bearer $(setpoint token deployments/employment)" http://127.0.0.1:8080/employment/v2',
    "SETPOINT_ENDPOINT_KEY=$(setpoint token deployments/employment) setpoint conformance http://127.0.0.1:8080/employment",
)
@click.command("token")
@click.argument("deployment", shell_complete=complete_addresses)
@as_json
@placed
def command(settings: Settings, deployment: str, to_json: bool) -> None:
    """Print a token for the endpoint of DEPLOYMENT, where its spec says `access.internal: token`.

    It lets in until the end of tomorrow, UTC, at that endpoint alone. It is made where the daemon runs, by the daemon's
    user: whoever may run this may run anything else there. Nothing is written but the token.
    """
    token = token_of(engines_of(settings).serving, endpoint_of(settings, deployment))
    if to_json:
        print_json({"token": token})
    else:
        print(token)


def token_of(serving: "ServingEngine", address: str) -> str:
    """Return a token for an endpoint.

    Raises:
        Refused: there is no such endpoint, or it asks for none.
        Unavailable: it can't be read.
    """
    from reconciler.model.ids import Address
    from reconciler.ports.serving import HandsOutTokens

    endpoint = serving.list().get(Address(address))
    if endpoint is None:
        raise Refused(f"{address} has no endpoint", f"`setpoint get {address}` says why")
    if endpoint.unread:
        raise Unavailable(f"{address} can't be read: {endpoint.unread}")
    token = serving.token(endpoint.deployment) if isinstance(serving, HandsOutTokens) else ""
    if not token:
        raise Refused(f"{address} asks for no token", "say `access: {internal: token}` in its spec to have it ask")
    return token
