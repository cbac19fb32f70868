"""`setpoint conformance`: whether a server speaks the Open Inference Protocol, version 2, whoever wrote it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.output import as_json, counted, print_json, say, styled

if TYPE_CHECKING:
    from reconciler.conformance.protocol.checks import Result
    from reconciler.conformance.protocol.client import Client
    from reconciler.conformance.protocol.requests import Document

STYLES = {"passed": "green", "failed": "red", "not offered": "dim", "not tried": "yellow"}
LARGEST_REQUEST = 2**20


@examples(
    "setpoint conformance http://127.0.0.1:8080/employment",
    "setpoint conformance https://models.example.org --model employment --request request.json --json",
)
@click.command("conformance")
@click.argument("url")
@click.option("--model", help="The model's name; else the one that the server tells of.")
@click.option(
    "--request",
    type=click.Path(dir_okay=False, path_type=Path),
    help="An inference that the model answers, as JSON; else one of zeros is made up.",
)
@click.option("--key", envvar="SETPOINT_ENDPOINT_KEY", show_envvar=True, help="What lets in, as a bearer token.")
@as_json
def command(url: str, model: str | None, request: Path | None, key: str | None, to_json: bool) -> int:
    """Ask the server at URL what the Open Inference Protocol, version 2, has, and tell what it answers wrongly.

    URL has the path before /v2, where there is one. Inferences are made, of which one is answered in several forms, and
    mistakes: the server logs and counts them as anybody's. Exit code 7 says that a check failed.
    """
    from reconciler.conformance.protocol.checks import Trial
    from reconciler.conformance.protocol.client import Client

    given = _given(request) if request else None
    client = Client(url, key or "")
    client.reach()
    name = model or _only_model(client)
    found = list(Trial(client, name, given).results())
    is_broken = any(result.verdict == "failed" for result in found)
    if to_json:
        print_json({"model": name, "conforms": not is_broken, "checks": [asdict(result) for result in found]})
    else:
        _show(found)
    return Exit.BROKEN if is_broken else Exit.OK


def _given(path: Path) -> "Document":
    """Read the request that a person gave.

    Raises:
        Refused: it is none.
    """
    from reconciler import untrusted
    from reconciler.conformance.protocol.requests import checked
    from reconciler.model.errors import Refused

    try:
        return checked(untrusted.parse(untrusted.read(path, LARGEST_REQUEST)))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} can't be read: {error}", "give a file of JSON") from error


def _only_model(client: "Client") -> str:
    """Return the one model that a server tells of.

    Raises:
        Refused: it tells of none, or of several, or lets us in by a key alone.
    """
    from reconciler.conformance.protocol.checks import models_of
    from reconciler.conformance.protocol.client import Sent
    from reconciler.model.errors import Refused
    from reconciler.model.text import printable

    found = models_of(client)
    if len(found) == 1:
        return found[0]
    if not found and client.ask(Sent("GET", "/v2/models")).status == 401:
        hint = "give it by --key or SETPOINT_ENDPOINT_KEY; `setpoint token` prints one for an endpoint of ours"
        raise Refused("the server asks for a key or a token: status 401", hint)
    several = ", ".join(printable(name, 60) for name in found[:10])
    raise Refused(f"the server tells of {several or 'no model'}", "name one by --model")


def _show(found: list["Result"]) -> None:
    for result in found:
        verdict = result.verdict.value
        say(styled(f"{verdict:12}", STYLES[verdict]), f"{result.check}{f': {result.words}' if result.words else ''}")
        if verdict == "failed" and result.sent:
            say(styled(f"{'':12}sent: {result.sent}", "dim"))
            say(styled(f"{'':12}answered: {result.answered}", "dim"))
    numbers = {verdict: sum(result.verdict == verdict for result in found) for verdict in STYLES}
    say(f"{counted(len(found), 'check')}: {', '.join(f'{n} {verdict}' for verdict, n in numbers.items() if n)}")
