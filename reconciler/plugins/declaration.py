"""What a package declares of a provider or a runner: little enough to be read without importing what does the work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from pydantic import Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from reconciler.model.kinds.spec import Block, Spec
from reconciler.model.quantity import format_duration
from reconciler.plugins.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of a port, as the value of an entry point `<port>.<name>` of the group `setpoint.providers`.

    Attributes:
        build: the class or function that makes it, `package.module:Name`; imported when an environment chose it.
        options: the model of its options in `environment.yaml`, `package.module:Name`, which imports nothing heavy;
            empty, any option is taken.
        given: the parameters that the wiring hands it: `folder`, `clock`, `environ`, `environment`, `repository`,
            `branch`, `signing_key`.
        install: what to install where an import fails, such as `setpoint[lakefs]`.
    """

    build: str
    options: str = ""
    given: tuple[str, ...] = ()
    install: str = ""


class RunnerDeclaration(Protocol):
    """A runner, as the value of an entry point of the group `setpoint.runners`: `runners.declared.Runner`.

    `params` is the JSON Schema of an experiment's `params`; None takes anything. `version` is part of the names of its
    runs: raise it when results would differ. `trains` says that experiments may name it.
    """

    @property
    def run(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def params(self) -> Mapping[str, Any] | None: ...

    @property
    def trains(self) -> bool: ...


class Options(Block):
    """The options of a provider: what stands beside its name in `environment.yaml`. Any may hold `${secret:NAME}`."""

    def refusals(self, _: Spec) -> Iterator[Refusal]:
        """Yield what the provider would refuse of a spec by these options alone, without asking anybody.

        Providers of `serving` are asked about deployments, those of `pool` about pools and jobs, before anything runs.
        """
        return iter(())

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Write defaults of durations as they are said in the file, `10s`."""
        schema = handler(core)
        for name, told in handler.resolve_ref_schema(schema).get("properties", {}).items():
            default = cls.model_fields[name].default
            if isinstance(default, timedelta):
                told["default"] = format_duration(default)
        return schema


class EmbeddedOptions(Options):
    """The options of a provider that is given a folder."""

    path: str = Field(default="", description="Its folder, one below the daemon's home; unset, one of its own there.")
