"""`setpoint open`: where a resource can be looked at."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, console, print_json, table
from reconciler.cli.status_reader import document_of, open_status, read_status
from reconciler.model.errors import Refused
from reconciler.settings import Settings

NEWEST = 12
"""Files of a resource that are listed at the most."""


@examples("setpoint open deployments/employment", "setpoint open monitors/employment --browser")
@click.command("open")
@click.argument("address", shell_complete=complete_addresses)
@click.option("--browser", is_flag=True, help="Open the first of them in the browser of this machine.")
@as_json
@placed
def command(settings: Settings, address: str, browser: bool, to_json: bool) -> None:
    """Print where a resource can be looked at: its endpoint, its newest report, its pictures, its status.

    Files stand on the status branch; those of a repository on this machine are printed as `git show` takes them.
    """
    document = document_of(read_status(settings), address, settings.environment)
    found = list(places(address, document, f"setpoint/{settings.environment}", open_status(settings).read().files))
    if to_json:
        print_json([{"what": what, "where": where} for what, where in found])
        return
    console().print(table(("what", "where"), found))
    if browser:
        _browse([where for _, where in found], address)


def places(
    address: str, document: Mapping[str, Any], branch: str, files: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Return what can be looked at and where: URLs of endpoints, then files of the status branch."""
    from reconciler.model.ids import Address
    from reconciler.model.moves import names_told

    facts = document.get("facts") or {}
    if facts.get("url"):
        yield "endpoint", str(facts["url"])
    newest = str(facts.get("newest") or "")
    shown = [p for p in files if newest and p.startswith(f"reports/{newest}/")]
    own = tuple(f"reports/{name}/" for name in names_told(Address(address), facts))
    shown = shown or sorted((p for p in files if p.startswith(own)), reverse=True)
    for path in sorted(shown, key=lambda p: (not p.endswith((".md", ".html")), p))[:NEWEST]:
        yield path.rpartition("/")[2], f"{branch}:{path}"
    yield "status", f"{branch}:status/{address}.yaml"


def _browse(found: list[str], address: str) -> None:
    import webbrowser

    url = next((where for where in found if where.startswith(("http://", "https://"))), None)
    if url is None:
        raise Refused(f"{address} has no address that a browser opens", "its files are on the status branch")
    webbrowser.open(url)
