"""The options of an environment's providers, held against what each provider declares of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from reconciler.compose.flaws import Flaw
from reconciler.compose.nearest import did_you_mean
from reconciler.compose.validate import errors_in, flaws
from reconciler.model.errors import Refused
from reconciler.plugins import PORTS, Plugins
from runners.contract.mistakes import shown
from runners.contract.secrets import SECRET


def option_flaws(values: Mapping[str, Any], plugins: Plugins) -> list[Flaw]:
    """Return what is wrong with the providers of an environment's file, and with their options.

    No provider is imported for that, only the models of their options. A text with `${secret:NAME}` may be anything.
    """
    return [flaw for port in PORTS for flaw in _of_port(port, values.get(port), plugins)]


def _of_port(port: str, choice: Any, plugins: Plugins) -> Iterator[Flaw]:
    name = choice.get("provider") if isinstance(choice, dict) else None
    if not isinstance(name, str):
        return
    known = plugins.providers(port)
    if name not in known:
        hint = did_you_mean(name, known) + ", or install the package that offers it"
        yield Flaw((port, "provider"), f"there is no {port} provider {shown(name)}", hint)
        return
    options = {key: value for key, value in choice.items() if key != "provider"}
    try:
        model = plugins.options(port, name)
        found = plugins.guarded(f"{port}.{name}", lambda: _errors(model, options)) if model else []
    except Refused as error:
        yield Flaw((port, "provider"), error.message, error.hint)
        return
    for flaw in flaws(model, options, found) if model else ():
        yield replace(flaw, path=(port, *flaw.path))


def _errors(model: type[BaseModel], options: Mapping[str, Any]) -> list[ErrorDetails]:
    return [error for error in errors_in(model, options) if not _is_secret(error["input"])]


def _is_secret(value: Any) -> bool:
    return isinstance(value, str) and bool(SECRET.search(value))
