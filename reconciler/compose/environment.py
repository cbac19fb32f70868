"""One environment's own file: its providers, its limits, and the variables that specs read as `${env.NAME}`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.compose.commit_policy import approvers_in, model_signers_in, policy_in
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.interpolation import literal, resolve
from reconciler.compose.layers import Layer
from reconciler.compose.library import Library, told
from reconciler.compose.locate import Locator
from reconciler.compose.plain_passwords import plain_passwords
from reconciler.compose.provider_options import option_flaws
from reconciler.compose.validate import validate
from reconciler.model.commit_policy import Signers
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Problem
from reconciler.plugins import Plugins
from reconciler.yaml.parse import Document, Unreadable


@dataclass(frozen=True, slots=True)
class EnvironmentFile:
    """An environment as it was read; None with `problems` where it can't be. `variables` are then the best guess.

    `model_signers` says who may sign statements about models; None where nobody has to. `approvers` are the signers
    beside it, whatever they have to sign.
    """

    environment: Environment | None
    variables: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    model_signers: bytes | None = None
    approvers: Signers = field(default_factory=Signers)


def read_environment(library: Library, path: str) -> EnvironmentFile:
    """Read an environment's file."""
    try:
        document = library.document(path)
    except Unreadable as error:
        return EnvironmentFile(None, {}, (told(path, error),))
    given = document.value.get("variables")
    locator = Locator(library, [Layer(path, document)], path)
    try:
        environment, warnings = _environment(document, library.plugins)
    except Flawed as error:
        return EnvironmentFile(None, given if isinstance(given, dict) else {}, locator.problems(error.flaws))
    try:
        policy_in(library, path)
        signers = model_signers_in(library, path)
    except BadSpec as error:
        return EnvironmentFile(None, literal(environment.variables), error.problems)
    told_of, approvers = locator.problems(warnings), approvers_in(library, path)
    return EnvironmentFile(environment, literal(environment.variables), told_of, signers, approvers)


def _environment(document: Document, plugins: Plugins) -> tuple[Environment, tuple[Flaw, ...]]:
    if document.defaults is not None:
        raise Flawed(Flaw(("defaults",), "an environment has no `defaults`", "write its settings here", on_key=True))
    values, warnings = document.value, tuple[Flaw, ...]()
    if document.interpolates:
        values, warnings = resolve(values, "${variables}" if values.get("variables") else {})
    found = option_flaws(values, plugins)
    try:
        environment = validate(Environment, values)
    except Flawed as error:
        raise Flawed(*error.flaws, *found) from None
    if found:
        raise Flawed(*found)
    return environment, (*warnings, *plain_passwords(values))
