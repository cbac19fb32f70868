"""`setpoint import`: the columns of a dataset from another tool's schema."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exchange import dataset_in, repository_folder, tell_losses
from reconciler.cli.exits import Exit
from reconciler.cli.export import FORMATS
from reconciler.cli.output import as_json, counted, print_json, say, styled
from reconciler.model.errors import Refused

if TYPE_CHECKING:
    from reconciler.exchange.table import Imported
    from reconciler.model.kinds.datasets import Column

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@examples("setpoint import loans.odcs.yaml --to datasets/loans", "setpoint import s.pbtxt --to datasets/loans --write")
@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "address", required=True, help="The dataset, whose spec has to be there.")
@click.option("--from", "form", type=click.Choice(FORMATS), help="The format; by default it is found out.")
@click.option("--table", "part", default="", help="Which table is meant, where the file tells of several.")
@click.option("--write", "is_written", is_flag=True, help="Write the spec; else only what would change is shown.")
@click.option("--environment", "-e", default="", help="Needed where the dataset isn't the same in all environments.")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The folder of the specs."
)
@as_json
def command(
    file: Path,
    address: str,
    form: str | None,
    part: str,
    is_written: bool,
    environment: str,
    folder: Path | None,
    to_json: bool,
) -> int:
    """Hold a dataset to the columns that FILE tells of: show what would change in its spec, or write it.

    Comments stay, and so does what the format can't say: a sensitive column stays sensitive. What a spec has no words
    for is told on standard error.
    """
    from reconciler.disk import writing

    top = repository_folder(folder)
    resource, spec = dataset_in(top, address, environment)
    name, imported = _read(file, form or "", part)
    old, new = _edited(top / resource.file, spec.columns or {}, name, imported)
    tell_losses(imported.losses)
    if is_written and new != old:
        with writing(top / resource.file):
            (top / resource.file).write_text(new, "utf-8", newline="")
    if to_json:
        losses = [{"column": loss.column, "field": loss.field, "why": loss.why} for loss in imported.losses]
        print_json({"format": name, "file": resource.file, "changed": new != old, "text": new, "losses": losses})
    else:
        _show(resource.file, old, new, is_written, f"{counted(len(imported.columns), 'column')} of {name}")
    return Exit.OK


def _read(file: Path, form: str, part: str) -> "tuple[str, Imported]":
    """Read a foreign schema.

    Raises:
        Refused: it can't be understood; where that is known, the line is told.
    """
    from reconciler.exchange.formats import LARGEST, imported
    from reconciler.untrusted import read
    from reconciler.yaml.parse import Unreadable

    try:
        return imported(read(file, LARGEST), form, part)
    except FileNotFoundError as error:
        raise Refused(f"there is no file {file}", "name what another tool has written") from error
    except Unreadable as error:
        place = f"{file}:{error.line}:{error.column}" if error.line else str(file)
        raise Refused(f"{place}: {error.message}", error.hint) from error
    except Refused as error:
        raise Refused(f"{file}: {error.message}", error.hint) from error


def _edited(path: Path, present: "Mapping[str, Column]", name: str, imported: "Imported") -> tuple[str, str]:
    """Return the text of a spec as it is, and with the columns that are imported."""
    from reconciler.exchange.formats import FORMATS as KNOWN
    from reconciler.exchange.merging import edits, merged
    from reconciler.untrusted import read
    from reconciler.yaml.edit import edit_yaml
    from reconciler.yaml.parse import mapping

    old = read(path).decode()
    wanted = merged(imported, present, KNOWN[name])
    return old, edit_yaml(old, edits(wanted, mapping(old.encode()).get("columns")), str(path))


def _show(file: str, old: str, new: str, is_written: bool, what: str) -> None:
    """Print what changes, line by line."""
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{file}", f"b/{file}", lineterm=""):
        say(styled(line, _COLOURS.get(line[:1], "")))
    if new == old:
        say(f"{file} says all that already: {what}")
    else:
        say(f"wrote {file}: {what}" if is_written else f"nothing is written yet: {what}; --write writes {file}")
