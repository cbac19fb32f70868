"""One spec: its files, laid over each other, interpolated, validated, its sweep turned to trials."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from reconciler.compose import defaults
from reconciler.compose.code_folder import missing_script, tree_of
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.interpolation import ENV, resolve
from reconciler.compose.layers import Layer, merged
from reconciler.compose.library import Desk, Library
from reconciler.compose.locate import Locator
from reconciler.compose.plain_passwords import plain_passwords
from reconciler.compose.runner_params import param_flaws, runner_of
from reconciler.compose.sound_part import Unsound, sound_part, without
from reconciler.compose.sweeps import Space, space, trials
from reconciler.compose.tied import may_be_tied, tied
from reconciler.compose.validate import validate
from reconciler.model.errors import BadSpec, Problem
from reconciler.model.ids import Address, kind_of, name_of
from reconciler.model.kinds import KINDS
from reconciler.model.kinds.experiments import Command, Experiment
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Resource
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

    Without a resource, `problems` says why, and `part` is what is sound of the spec; with one, they are warnings.
    """

    resource: Resource | None
    part: Spec | None
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
    made: Resource | Spec | None = None
    flaws: Sequence[Flaw] = ()
    problems: tuple[Problem, ...] = ()
    try:
        layers = layers_of(desk, ingredients)
        made, flaws = _build(desk, ingredients, layers)
    except BadSpec as error:
        problems = error.problems
    except Flawed as error:
        flaws = error.flaws
    if flaws:
        problems = Locator(library, layers, ingredients.base).problems(flaws)
    resource, part = (made, None) if isinstance(made, Resource) else (None, made)
    return Composed(resource, part, problems, desk.seen, desk.listed, desk.trees)


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


def _build(
    desk: Desk, ingredients: Ingredients, layers: Sequence[Layer]
) -> tuple[Resource | Spec | None, Sequence[Flaw]]:
    """Return the resource and warnings; else what is sound of its spec, and everything that is wrong with it."""
    try:
        values, warnings, sweeps = _resolved(desk, ingredients, layers)
    except Flawed as error:
        return _unresolved(ingredients, layers, error.flaws)
    warnings = (*warnings, *plain_passwords(values))
    kind = KINDS[kind_of(ingredients.address)]
    try:
        spec = validate(kind, values)
    except Flawed as error:
        part = sound_part(kind, values)
        found = (*error.flaws, *_params_flaws(desk, kind, values), *_code(desk, part)[1], *warnings)
        return part, tuple(map(_about_parts, found))
    made, version, wrong = _trials(desk, spec, values, sweeps) if isinstance(spec, Experiment) else ((), None, ())
    code, no_code = _code(desk, spec)
    if wrong or no_code:
        return spec, (*wrong, *no_code, *warnings)
    resource = Resource(
        address=ingredients.address,
        spec=spec,
        file=ingredients.base,
        origins={path: blob for path, blob in desk.seen.items() if blob is not None},
        trials=made,
        code=code,
        runner_version=version,
    )
    return resource, warnings


def _unresolved(
    ingredients: Ingredients, layers: Sequence[Layer], flaws: Sequence[Flaw]
) -> tuple[Spec | None, Sequence[Flaw]]:
    """Return what is sound of a spec beside the fields that can't be resolved, and what is wrong in all of it."""
    kind, broken = KINDS[kind_of(ingredients.address)], {flaw.path[:1] for flaw in flaws}
    try:
        values = {name: value for name, value in merged(layers).items() if (name,) not in broken}
        values, _ = resolve(values, ingredients.variables)
    except Flawed:  # they don't fit over each other, or follow what is wrong
        return None, flaws
    missing = [flaw for flaw in _incomplete(values) if flaw not in flaws]
    broken |= {flaw.path[:1] for flaw in missing}
    values = {name: value for name, value in values.items() if (name,) not in broken}
    try:
        validate(kind, values)
        found: Sequence[Flaw] = ()
    except Flawed as error:
        found = [flaw for flaw in error.flaws if flaw.path and flaw.path[:1] not in broken]
    part = without(sound_part(kind, values), {str(path[0]) for path in broken if path})
    return part, (*flaws, *missing, *map(_about_parts, found))


def _params_flaws(desk: Desk, kind: type[Spec], values: Mapping[str, Any]) -> Sequence[Flaw]:
    """Return what is wrong with an experiment's params, where something else is wrong too."""
    params = values.get("params")
    if kind is not Experiment or not isinstance(params, dict):
        return ()
    try:
        return _runner(desk, values.get("runner"), space(params, desk), str(values.get("task", "binary")))[1]
    except Flawed as error:
        return error.flaws


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
) -> tuple[tuple[Mapping[str, Any], ...], int | None, Sequence[Flaw]]:
    """Return an experiment's trials, the version that its runner declares, and what is wrong.

    The sweep may be too large, there may be no such runner, or it doesn't take these params.
    """
    try:
        swept = sweeps or space(values.get("params") or {}, desk)
    except Flawed as error:
        return (), None, error.flaws
    version, wrong = _runner(desk, spec.runner, swept, spec.task)
    try:
        return trials(swept, spec.budget.trials, spec.seed), version, wrong
    except Flawed as error:
        return (), None, (*wrong, *error.flaws)


def _runner(desk: Desk, runner: Any, swept: Space, task: str) -> tuple[int | None, Sequence[Flaw]]:
    """Return the declared version of an experiment's runner, and what is wrong with its name or with its params."""
    if not isinstance(runner, str):
        return None, ()
    declared = runner_of(runner, desk.library.plugins)
    if isinstance(declared, Flaw):
        return None, (declared,)
    return declared.version, param_flaws(runner, declared, swept, task)


def _code(desk: Desk, spec: Spec) -> tuple[str | None, Sequence[Flaw]]:
    """Return the tree of the user's own code, if an experiment names some, and what is wrong with it."""
    try:
        folder = spec.code() if isinstance(spec, Experiment) else None
        tree = None if folder is None else tree_of(desk, folder)
        command = spec.runner.command if isinstance(spec, Experiment) and isinstance(spec.runner, Command) else ()
        flaw = missing_script(desk, command, folder) if command else None
        return (tree, (flaw,)) if flaw else (tree, ())
    except Unsound:
        return None, ()
    except Flawed as error:
        return None, error.flaws


def _demand_complete(values: Mapping[str, Any]) -> None:
    if missing := _incomplete(values):
        raise Flawed(*missing)


def _incomplete(values: Mapping[str, Any]) -> list[Flaw]:
    message, hint = "a value is still missing here (`???`)", "give it in the spec or a patch"
    missing = [path for path, value in _leaves(values, ()) if isinstance(value, str) and value == "???"]
    return [Flaw(path, message, hint) for path in missing]


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*path, index))]
    return [(path, value)]
