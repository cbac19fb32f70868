"""What `setpoint export` and `setpoint import` share: the dataset that is meant, as a folder's specs have it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.scope import environments_of, top
from reconciler.model.errors import BadSpec, Refused
from reconciler.model.ids import Address

if TYPE_CHECKING:
    from reconciler.exchange.table import Loss
    from reconciler.model.kinds.datasets import Dataset
    from reconciler.model.resource import Resource
    from reconciler.watched.folder import FolderTree

_NAMED = 5
"""Columns that a line names."""


def dataset_in(folder: Path, address: str, environment: str) -> "tuple[Resource, Dataset]":
    """Return a dataset as it is composed from the files of a folder, committed or not.

    Args:
        folder: where `specs/` and `environments/` are.
        address: the dataset.
        environment: in which; empty, in any of them, as they have to agree.

    Raises:
        Refused: there is no such dataset, or it isn't the same in all environments.
        BadSpec: its spec is wrong.
    """
    from reconciler.model.kinds.datasets import Dataset
    from reconciler.watched.folder import FolderTree

    tree = FolderTree(folder)
    known = environments_of(tree.files)
    if not known or (environment and environment not in known):
        what = f"{folder} has no environment {environment}" if environment else f"{folder} has no environments/"
        raise Refused(what, f"it has: {', '.join(known)}" if known else "go to the top of a repository of specs")
    found = {name: _composed(tree, name, address) for name in ([environment] if environment else known)}
    resources = {name: one for name, one in found.items() if one is not None and isinstance(one.spec, Dataset)}
    if not resources:
        raise Refused(f"there is no dataset {address} in {folder}", "name one as datasets/<name>")
    if len({one.spec.model_dump_json(include={"columns", "identifier"}) for one in resources.values()}) > 1:
        raise Refused(f"{address} isn't the same everywhere", f"give --environment: {', '.join(resources)}")
    chosen = next(iter(resources.values()))
    assert isinstance(chosen.spec, Dataset)
    return chosen, chosen.spec


def _composed(tree: "FolderTree", environment: str, address: str) -> "Resource | None":
    from reconciler.compose import Cache, compose

    desired = compose(tree, environment, Cache())
    if address in desired.broken:
        raise BadSpec(tuple(desired.broken[Address(address)]))
    return desired.resources.get(Address(address))


def repository_folder(folder: Path | None) -> Path:
    """Return the folder that is told, or the top of the repository that one stands in."""
    return folder or top() or Path.cwd()


def tell_losses(losses: "Iterable[Loss]") -> None:
    """Tell on standard error what got lost: the same of several columns on one line."""
    from reconciler.model.text import printable

    columns: dict[tuple[str, str], list[str]] = {}
    for loss in losses:
        columns.setdefault((loss.field, loss.why), []).append(loss.column)
    for (what, why), names in columns.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        of = f" of {', '.join(printable(name, 60) for name in names[:_NAMED])}{more}" if any(names) else ""
        click.echo(f"lost: {printable(what, 60)}{of}: {printable(why)}", err=True)
