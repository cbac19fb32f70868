"""One spec: its files, laid over each other, interpolated, validated, its sweep turned to trials."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from reconciler.compose import defaults
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.interpolation import ENV, resolve
from reconciler.compose.layers import Layer, merged
from reconciler.compose.library import Desk, Library
from reconciler.compose.locate import Locator
from reconciler.compose.nearest import did_you_mean
from reconciler.compose.runner_params import param_flaws, runner_of
from reconciler.compose.sweeps import Space, space, trials
from reconciler.compose.tied import may_be_tied, tied
from reconciler.compose.validate import validate
from reconciler.model.errors import BadSpec, Problem
from reconciler.model.ids import Address, kind_of, name_of
from reconciler.model.kinds import KINDS
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Resource
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

_PATCH = ".patch"
"""Hydra's name for the patch as the primary config; no file can be reached by it."""


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a spec is made from: the paths of its base and its patch, and the environment's variables."""

    address: Address
    base: str
    patch: str | None
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Composed:
    """What came of a spec, and all that it depends on.

    Without a resource, `problems` says why; with one, they are warnings.
    """

    resource: Resource | None
    problems: tuple[Problem, ...]
    seen: Mapping[str, str | None]
    listed: Mapping[str, tuple[str, ...]]
    trees: Mapping[str, str | None]

    def outlives(self, changed: AbstractSet[str]) -> bool:
        """Tell whether a change of some files is sure to leave it as it is."""
        return changed.isdisjoint(self.seen) and not self.listed and not self.trees

    def holds(self, library: Library) -> bool:
        """Tell whether composing again from a commit's files would come to the same."""
        return (
            all(library.files.get(path) == blob for path, blob in self.seen.items())
            and all(library.options.get(group, ()) == names for group, names in self.listed.items())
            and all(library.tree.tree_id(folder) == tree for folder, tree in self.trees.items())
        )


def compose_one(library: Library, ingredients: Ingredients) -> Composed:
    """Compose one spec."""
    desk = Desk(library, kind_of(ingredients.address))
    layers: Sequence[Layer] = ()
    resource: Resource | None = None
    flaws: Sequence[Flaw] = ()
    problems: tuple[Problem, ...] = ()
    try:
        layers = layers_of(desk, ingredients)
        resource, flaws = _build(desk, ingredients, layers)
    except BadSpec as error:
        problems = error.problems
    except Flawed as error:
        flaws = error.flaws
    if flaws:
        problems = Locator(library, layers, ingredients.base).problems(flaws)
    return Composed(resource, problems, desk.seen, desk.listed, desk.trees)


def layers_of(desk: Desk, ingredients: Ingredients) -> list[Layer]:
    """Return the files of a spec, lowest first.

    A patch is a config whose defaults list begins with the spec that it patches.

    Raises:
        BadSpec: files are unreadable, all of them.
        Flawed: a defaults list is wrong.
    """
    paths = [path for path in (ingredients.base, ingredients.patch) if path is not None]
    desk.seen.update((path, desk.library.files[path]) for path in paths)
    unreadable = tuple(problem for problem in map(desk.library.problem, paths) if problem is not None)
    if unreadable:
        raise BadSpec(unreadable)
    primary = _primary(desk, ingredients)
    try:
        return defaults.expand(desk, primary)
    except defaults.Indirect:
        from reconciler.compose import hydra_defaults

        return hydra_defaults.expand(desk, primary)


def _primary(desk: Desk, ingredients: Ingredients) -> defaults.Node:
    name = name_of(ingredients.address)
    if ingredients.patch is None:
        return defaults.Node(name, ingredients.base, desk.document(ingredients.base))
    document = desk.document(ingredients.patch)
    own = defaults.listed(defaults.Node(_PATCH, ingredients.patch, document))
    return defaults.Node(_PATCH, ingredients.patch, replace(document, defaults=[name, *own]), added=1)


def flatten(layers: Sequence[Layer], variables: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    """Lay files over each other and interpolate: what `hydra.compose` and `OmegaConf.resolve` would come to.

    Returns:
        The fields of the spec, and warnings.

    Raises:
        Flawed: the files don't fit over each other, an interpolation is wrong, a value is still missing.
    """
    return _interpolated(merged(layers), layers, variables)


def _interpolated(
    values: dict[str, Any], layers: Sequence[Layer], variables: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Flaw, ...]]:
    _demand_no_variables(values)
    warnings: tuple[Flaw, ...] = ()
    if any(layer.document.interpolates for layer in layers):
        values, warnings = resolve(values, variables)
    if any(layer.document.incomplete for layer in layers):
        _demand_complete(values)
    return values, warnings


def _build(desk: Desk, ingredients: Ingredients, layers: Sequence[Layer]) -> tuple[Resource, tuple[Flaw, ...]]:
    """Return the resource, and warnings.

    Raises:
        Flawed: everything that is wrong with it.
    """
    values, warnings, sweeps = _resolved(desk, ingredients, layers)
    spec = _validated(desk, ingredients, values)
    made, version = _trials(desk, spec, values, sweeps) if isinstance(spec, Experiment) else ((), None)
    resource = Resource(
        address=ingredients.address,
        spec=spec,
        file=ingredients.base,
        origins={path: blob for path, blob in desk.seen.items() if blob is not None},
        trials=made,
        code=_code(desk, spec),
        runner_version=version,
    )
    return resource, warnings


def _validated(desk: Desk, ingredients: Ingredients, values: Mapping[str, Any]) -> Spec:
    kind = KINDS[kind_of(ingredients.address)]
    try:
        return validate(kind, values)
    except Flawed as error:
        found = list(error.flaws)
    params = values.get("params")
    if kind is Experiment and isinstance(params, dict):
        try:
            found += _runner(desk, values.get("runner"), space(params, desk), str(values.get("task", "binary")))[1]
        except Flawed as error:
            found += error.flaws
    raise Flawed(*(_about_parts(flaw) for flaw in found))


def _about_parts(flaw: Flaw) -> Flaw:
    if flaw.path == ("parts",) and flaw.message.startswith("unknown"):
        return replace(flaw, hint="a part named /parts/x lands under `parts`: name it x, or x@_here_")
    return flaw


def _resolved(
    desk: Desk, ingredients: Ingredients, layers: Sequence[Layer]
) -> tuple[dict[str, Any], tuple[Flaw, ...], Space | None]:
    """Return the fields, warnings, and the sweeps where some params follow others.

    Raises:
        Flawed: what can't be resolved.
    """
    values = merged(layers)
    if kind_of(ingredients.address) != Experiment.kind or not may_be_tied(values):
        return *_interpolated(values, layers, ingredients.variables), None
    _demand_no_variables(values)
    values, warnings, sweeps = tied(values, ingredients.variables, desk)
    if any(layer.document.incomplete for layer in layers):
        _demand_complete(values)
    return values, warnings, sweeps


def _demand_no_variables(values: Mapping[str, Any]) -> None:
    if ENV in values:
        raise Flawed(Flaw((ENV,), "unknown field `env`", "variables are set in the environment's file", on_key=True))


def _trials(
    desk: Desk, spec: Experiment, values: Mapping[str, Any], sweeps: Space | None
) -> tuple[tuple[Mapping[str, Any], ...], int | None]:
    """Return an experiment's trials, and the version that its runner declares.

    Raises:
        Flawed: the sweep is too large, there is no such runner, or it doesn't take these params.
    """
    swept = sweeps or space(values.get("params") or {}, desk)
    made = trials(swept, spec.budget.trials, spec.seed)
    version, wrong = _runner(desk, spec.runner, swept, spec.task)
    if wrong:
        raise Flawed(*wrong)
    return made, version


def _runner(desk: Desk, runner: Any, swept: Space, task: str) -> tuple[int | None, Sequence[Flaw]]:
    """Return the declared version of an experiment's runner, and what is wrong with its name or with its params."""
    if not isinstance(runner, str):
        return None, ()
    declared = runner_of(runner, desk.library.plugins)
    if isinstance(declared, Flaw):
        return None, (declared,)
    return declared.version, param_flaws(runner, declared, swept, task)


def _code(desk: Desk, spec: Spec) -> str | None:
    folder = spec.code() if isinstance(spec, Experiment) else None
    if folder is None:
        return None
    path: Path = ("runner", "code")
    parts = folder.split("/")
    if any(part in ("", ".", "..") for part in parts):
        hint = "write its path from the root, without ./ and ../ and without a slash at the end"
        raise Flawed(Flaw(path, f"`{printable(folder)}` is no folder of this repository", hint))
    found = desk.tree_id(folder)
    if found is None:
        depth = len(parts)
        folders = {"/".join(file.split("/")[:depth]) for file in desk.library.files if file.count("/") >= depth}
        message = f"there is no folder `{printable(folder)}` in this commit"
        raise Flawed(Flaw(path, message, did_you_mean(folder, folders)))
    return found


def _demand_complete(values: Mapping[str, Any]) -> None:
    message, hint = "a value is still missing here (`???`)", "give it in the spec or a patch"
    missing = [path for path, value in _leaves(values, ()) if isinstance(value, str) and value == "???"]
    if missing:
        raise Flawed(*(Flaw(path, message, hint) for path in missing))


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*path, index))]
    return [(path, value)]
