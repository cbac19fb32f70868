"""The options that are declared are those that the providers take, with the same defaults."""

from inspect import Parameter, signature
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from reconciler.model.environment import ProviderChoice
from reconciler.model.quantity import parse_quantity
from reconciler.plugins import PORTS, EmbeddedOptions, installed
from reconciler.plugins.options import LakeFS, LocalPool, LocalServing, Span
from reconciler.wiring import provider

PLUGINS = installed()
ALL = [(port, name) for port in PORTS for name in PLUGINS.providers(port)]
READS_ITS_OWN = {("pool", "ray"), ("serving", "kserve")}
"""Those that read their options by the very model."""
INTERNAL = {"environ"}
"""Parameters for tests, which no file may set."""


@pytest.mark.parametrize(("port", "name"), [one for one in ALL if one not in READS_ITS_OWN])
def test_a_provider_takes_the_options_that_it_declares(port: str, name: str) -> None:
    model, given = PLUGINS.options(port, name), set(PLUGINS.provider(port, name).given)
    assert model
    takes = signature(provider(port, ProviderChoice(provider=name), PLUGINS)).parameters
    own = {key: value for key, value in takes.items() if key not in given | INTERNAL}
    fields = {key: field for key, field in model.model_fields.items() if key != "path" or "folder" not in given}
    assert own.keys() == fields.keys()
    assert {k for k, v in own.items() if v.default is Parameter.empty} == {
        k for k, v in fields.items() if v.is_required()
    }
    assert issubclass(model, EmbeddedOptions) == ("folder" in given)
    for key, value in own.items():
        if value.default is not Parameter.empty and key != "command":
            assert _plain(fields[key].annotation, value.default) == _plain(fields[key].annotation, fields[key].default)


def _plain(annotation: Any, value: Any) -> Any:
    """Return a default in one form: a quantity or a span may be said as text or number."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if isinstance(value, str) and value[-1:] == "i":
        return parse_quantity(value)
    if isinstance(value, str) and value[:-1].isdigit():
        return TypeAdapter(Span).validate_python(value).total_seconds()
    return value or None


def test_a_span_is_said_as_a_duration_or_in_seconds() -> None:
    assert LocalPool.model_validate({"grace": 2}).grace == LocalPool.model_validate({"grace": "2s"}).grace


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (LocalServing, {"port": 70_000}),
        (LocalServing, {"tls": "sometimes"}),
        (LocalServing, {"environ": {"PATH": "/x"}}),
        (LakeFS, {"endpoint": "https://x"}),
        (LocalPool, {"grace": "soon"}),
    ],
)
def test_what_can_t_be_is_refused(model: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(options)


@pytest.mark.parametrize("tls", [None, "off", "internal", {"certificate": "/a", "key": "/b"}])
def test_tls_is_said_in_four_ways(tls: Any) -> None:
    assert LocalServing.model_validate({"tls": tls}).port == 0
