"""`setpoint schema`: the JSON Schemas of the specs."""

from pathlib import Path

import click

from reconciler.cli.examples import examples
from reconciler.cli.output import print_json
from reconciler.model.errors import Refused


@examples("setpoint schema experiments", "setpoint schema --write schemas")
@click.command("schema")
@click.argument("kind", default="")
@click.option(
    "--write", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write all schemas to a folder."
)
@click.option("--json", "_to_json", is_flag=True, help="Print JSON, as it does anyway.")
def command(kind: str, folder: Path | None, _to_json: bool) -> None:
    """Print the JSON Schema of KIND, or of all; editors use them by the first line of each spec."""
    from reconciler.compose.schema import schemas, write

    if folder:
        paths = write(folder)
        print(f"wrote {len(paths)} schemas to {folder}")
        return
    known = schemas()
    if kind and kind not in known:
        raise Refused(f"there is no kind {kind}", f"there are: {', '.join(known)}")
    print_json(known[kind] if kind else known)
