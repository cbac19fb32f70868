"""Completion in the shell: kinds, environments and addresses, from the status branch of the repository one stands in.

Whatever is in the way, completion offers nothing and says nothing.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from reconciler.model.errors import SetpointError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_kinds(context: click.Context, parameter: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Offer the kinds of resources."""
    from reconciler.model.kinds import KINDS

    return _beginning(KINDS, typed)


def complete_environments(context: click.Context, parameter: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Offer the environments of the repository."""
    from reconciler.cli.scope import environments, here

    try:
        several = context.params.get("repositories") or (None,)
        place = str(context.params.get("repository") or several[0] or here())
        return _beginning(environments(place, str(context.params.get("branch") or "main")), typed)
    except (SetpointError, OSError):
        return []


def complete_addresses(context: click.Context, parameter: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Offer the addresses that the status of the environment knows."""
    from reconciler.cli.scope import settle
    from reconciler.cli.status_reader import open_status

    try:
        told: Mapping[str, Any] = context.params
        settings = settle(
            told.get("repository"), told.get("environment"), str(told.get("branch") or "main"), told.get("home")
        )
        files = open_status(settings).read().files
    except (SetpointError, OSError):
        return []
    return _beginning((p[7:-5] for p in files if p.startswith("status/") and p.endswith(".yaml")), typed)


def complete_gettable(context: click.Context, parameter: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Offer the kinds and the releases, and after a slash the addresses."""
    if "/" in typed:
        return complete_addresses(context, parameter, typed)
    return [*complete_kinds(context, parameter, typed), *_beginning(("releases",), typed)]


def _beginning(names: Iterable[str], typed: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in sorted(names) if name.startswith(typed)]
