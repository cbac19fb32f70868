"""What an environment's providers refuse of its specs, by their options alone."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from pydantic import ValidationError

from reconciler.compose.flaws import Flaw
from reconciler.model.environment import Environment
from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.kinds.spec import Spec
from reconciler.plugins import Plugins
from reconciler.plugins.declaration import Options
from reconciler.plugins.refusals import Refusal

_PORTS = ("pool", "serving")
"""The ports whose providers are ordered what specs say."""


def provider_flaws(
    environment: Environment | None, specs: Iterable[tuple[Address, Spec]], plugins: Plugins
) -> Mapping[Address, tuple[Flaw, ...]]:
    """Return what of each spec the providers that its environment names would refuse.

    Options that can't be read yet, such as those that hold a secret, refuse nothing here: the provider does, later.
    """
    asked = {
        f"{port}.{getattr(environment, port).provider}": options
        for port in _PORTS
        if environment and (options := _options(environment, port, plugins))
    }
    found = ((address, tuple(_flaws(asked, spec, plugins))) for address, spec in specs) if asked else ()
    return {address: flaws for address, flaws in found if flaws}


def _flaws(asked: Mapping[str, Options], spec: Spec, plugins: Plugins) -> Iterator[Flaw]:
    for name, options in asked.items():
        try:
            refused = plugins.guarded(name, partial(_refusals, options, spec))
        except Refused as error:
            yield Flaw((), error.message, error.hint)
            continue
        yield from (Flaw(one.path, one.what, one.hint) for one in refused)


def _refusals(options: Options, spec: Spec) -> tuple[Refusal, ...]:
    return tuple(options.refusals(spec))


def _options(environment: Environment, port: str, plugins: Plugins) -> Options | None:
    choice = getattr(environment, port)
    try:
        model = plugins.options(port, choice.provider)
        return model.model_validate(choice.options) if model is not None and issubclass(model, Options) else None
    except (ValidationError, Refused):
        return None
