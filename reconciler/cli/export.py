"""`setpoint export`: the schema of a dataset in another tool's words."""

from pathlib import Path

import click

from reconciler.cli.examples import examples
from reconciler.cli.exchange import dataset_in, repository_folder, tell_losses
from reconciler.cli.output import as_json, counted, print_json, say
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, name_of

FORMATS = ("tfmd", "odcs", "json-schema", "pandera", "croissant")


@examples("setpoint export datasets/loans --to odcs -o loans.odcs.yaml", "setpoint export datasets/loans --to tfmd")
@click.command("export")
@click.argument("address")
@click.option("--to", "form", type=click.Choice(FORMATS), required=True, help="The format.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that it is written to; by default it is printed.",
)
@click.option("--environment", "-e", default="", help="Needed where the dataset isn't the same in all environments.")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The folder of the specs."
)
@as_json
def command(address: str, form: str, output: Path | None, environment: str, folder: Path | None, to_json: bool) -> None:
    """Write the columns of the dataset ADDRESS in another tool's format.

    What the format has no words for is told on standard error.
    """
    from reconciler.disk import writing
    from reconciler.exchange.formats import FORMATS as KNOWN
    from reconciler.exchange.table import Table, beyond_columns

    _, spec = dataset_in(repository_folder(folder), address, environment)
    if spec.columns is None:
        raise Refused(f"{address} has no `columns`", "merge the schema that its first version proposes, or import one")
    table = Table(name_of(Address(address)), spec.columns, spec.identifier, spec.takes_new == "refuse")
    written = KNOWN[form].write(table)
    losses = (*written.losses, *beyond_columns(spec))
    tell_losses(losses)
    if output:
        with writing(output):
            output.write_text(written.text, "utf-8")
    if to_json:
        told = [{"column": loss.column, "field": loss.field, "why": loss.why} for loss in losses]
        print_json({"text": written.text, "losses": told})
    elif output:
        say(f"wrote {counted(len(spec.columns), 'column')} to {output}")
    else:
        click.echo(written.text, nl=False)
