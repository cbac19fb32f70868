"""The desired graph of one commit in one environment.

What the former commit's graph was made from is remembered, so that a commit costs what it changes: specs none of
whose files changed keep their very values, and the graph is ordered again only where references changed.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from reconciler.compose.cache import Cache, EnvironmentCache, Generation, Key, Results
from reconciler.compose.code_owners import code_owners, owners_problems
from reconciler.compose.commit_policy import beside
from reconciler.compose.consistency import disagreements
from reconciler.compose.environment import EnvironmentFile, read_environment
from reconciler.compose.flaws import Flaw
from reconciler.compose.graph import Graph, connect, dangling, reconnect
from reconciler.compose.layers import Layer, merged
from reconciler.compose.layout import Layout, known_to, lay_out, unknown
from reconciler.compose.library import Desk, Library
from reconciler.compose.locate import Locator
from reconciler.compose.notice_flaws import unheard
from reconciler.compose.promoted_values import promoted_values
from reconciler.compose.provider_flaws import provider_flaws
from reconciler.compose.sound_part import Unsound
from reconciler.compose.spec import Composed, Ingredients, compose_one, layers_of
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Problem, Severity
from reconciler.model.ids import Address, Digest, digest, kind_of
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.resource import Before, Desired, Resource
from reconciler.ports.source import SourceTree

Flaws = Mapping[Address, tuple[Flaw, ...]]


def compose(tree: SourceTree, environment: str, cache: Cache) -> Desired:
    """Compose everything that a commit asks for in one environment.

    Specs that are wrong land in `Desired.broken` with all their problems, and the others compose.

    Raises:
        BadSpec: the environment isn't there or its file is wrong, so that nothing can be said of the rest; carries
            every problem that was found all the same.
    """
    memo = cache.of(environment)
    desired = _by_itself(tree, environment, cache, memo)
    if not any(spec.is_of_spec for spec in desired.of_kind(Promotion).values()):
        return desired
    if memo.promoted is None or memo.promoted[0] is not memo.last:
        found = promoted_values(desired, _Workshop(tree, environment, cache))
        memo.promoted = (memo.last, found)
    return replace(desired, promoted=memo.promoted[1])


@dataclass(frozen=True, slots=True)
class _Workshop:
    """Composes other environments of a commit, and this one as it would be."""

    tree: SourceTree
    environment: str
    cache: Cache

    def written(self, resource: Resource, environment: str) -> Mapping[str, Any]:
        library = Library(self.tree, self.cache.documents, self.cache.plugins)
        patch = f"environments/{environment}/{resource.address}.yaml"
        ingredients = Ingredients(resource.address, resource.file, patch if patch in library.files else None, {})
        return merged(layers_of(Desk(library, resource.kind), ingredients))

    def elsewhere(self, environment: str) -> Desired:
        return _by_itself(self.tree, environment, self.cache, self.cache.of(environment))

    def as_it_would_be(self, tree: SourceTree) -> Desired:
        return _by_itself(tree, self.environment, self.cache, self.cache.tried(self.environment))


def _by_itself(tree: SourceTree, environment: str, cache: Cache, memo: EnvironmentCache) -> Desired:
    """Compose an environment without a look at others."""
    last = memo.last
    if last is not None and _is_same(tree, last):
        return last.desired if last.desired.commit == tree.commit else replace(last.desired, commit=tree.commit)
    library = Library(tree, cache.documents, cache.plugins)
    layout = _layout(tree, environment, last)
    environment_file = _environment_file(library, layout, environment, memo)
    variables = digest(dict(environment_file.variables))
    memo.make_room(len(layout.specs))
    cache.documents.trim(1024 + 2 * len(layout.parts))
    composed = _compose_all(library, layout, environment_file, variables, memo)
    graph = _graph(layout, composed, last)
    flaws, warnings = _between(layout, composed, graph, environment_file.environment, library)
    broken = _broken(library, layout, composed, flaws, memo)
    told = _located(library, composed, warnings, memo)
    problems = _homeless(library, layout, environment_file, composed, (p for found in told.values() for p in found))
    sound = graph.resources
    if not broken.keys().isdisjoint(sound):
        sound = MappingProxyType({a: item for a, item in sound.items() if a not in broken})
    if environment_file.environment is None:
        raise BadSpec(tuple(sorted({*problems, *(problem for found in broken.values() for problem in found)})))
    chosen, signers = environment_file.environment, environment_file.model_signers
    before = _before(broken, composed, environment)
    owners = code_owners(library, chosen.forge.provider, (resource.spec for resource in sound.values()))
    deaf = _deaf(library, layout.environments[environment], chosen, sound, broken)
    problems = tuple(sorted({*problems, *owners_problems(owners), *deaf}))
    desired = Desired(
        tree.commit, environment, chosen, sound, MappingProxyType(broken), problems, signers, before,
        code_owners=owners, approvers=environment_file.approvers,
    )  # fmt: skip
    memo.last = Generation(tree.files, tree.odd, variables, layout, composed, graph, desired)
    return desired


def _deaf(
    library: Library, path: str, chosen: Environment, sound: Mapping[Address, Resource], broken: Iterable[Address]
) -> tuple[Problem, ...]:
    """Return warnings of notifications that nothing ever comes to."""
    found = unheard(chosen, sound, broken)
    return Locator(library, [Layer(path, library.document(path))], path).problems(found) if found else ()


def _is_same(tree: SourceTree, last: Generation) -> bool:
    """Tell whether no file has changed; code folders are looked at again, since modes of files belong to them."""
    if last.files != tree.files or last.odd != tree.odd:
        return False
    coded = ((r.spec.code(), r.code) for r in last.desired.resources.values() if isinstance(r.spec, Experiment))
    return all(folder is None or tree.tree_id(folder) == known for folder, known in coded)


def _layout(tree: SourceTree, environment: str, last: Generation | None) -> Layout:
    if last is not None and last.files.keys() == tree.files.keys() and last.odd == tree.odd:
        return last.layout
    return lay_out(tree, environment)


def _environment_file(library: Library, layout: Layout, environment: str, memo: EnvironmentCache) -> EnvironmentFile:
    path = layout.environments.get(environment)
    if path is None:
        raise BadSpec((unknown(environment, layout.environments), *layout.problems))
    made_from = tuple(library.files.get(name) or library.tree.odd.get(name, "") for name in (path, *beside(path)))
    known = memo.environment_file.get(made_from)
    if known is None:
        known = read_environment(library, path)
        memo.environment_file.put(made_from, known)
    return known


def _compose_all(
    library: Library, layout: Layout, environment_file: EnvironmentFile, variables: Digest, memo: EnvironmentCache
) -> Results:
    last = memo.last if memo.last is not None and memo.last.variables == variables else None
    changed = _changed(last.files, library.files) if last is not None else set()
    before: Results = last.composed if last is not None else {}
    result: dict[Address, tuple[Ingredients, Composed]] = {}
    for addr, base in layout.specs.items():
        if addr in layout.odd:
            continue
        patch = layout.patches.get(addr)
        former = before.get(addr)
        if former is not None and former[0].patch == patch and former[1].outlives(changed):
            result[addr] = former
        else:
            ingredients = Ingredients(addr, base, patch, environment_file.variables)
            result[addr] = (ingredients, _composed(library, ingredients, variables, memo))
    return result


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> AbstractSet[str]:
    return {path for path, _ in before.items() ^ after.items()}


def _composed(library: Library, ingredients: Ingredients, variables: Digest, memo: EnvironmentCache) -> Composed:
    """Compose a spec, or find what came of it when it was composed from the same files."""
    patch = ingredients.patch
    files = library.files
    key: Key = (ingredients.address, files[ingredients.base], files[patch] if patch else None, variables)
    for known in memo.composed.get(key) or ():
        if known.holds(library):
            return known
    composed = compose_one(library, ingredients)
    memo.keep(key, composed)
    return composed


def _graph(layout: Layout, composed: Results, last: Generation | None) -> Graph:
    resources = {addr: item.resource for addr, (_, item) in composed.items() if item.resource is not None}
    if last is not None and last.layout is layout:
        found = reconnect(last.graph, resources)
        if found is not None:
            return found
    return connect(resources, known_to(layout), layout.strays)


def _between(
    layout: Layout, composed: Results, graph: Graph, chosen: Environment | None, library: Library
) -> tuple[Flaws, Flaws]:
    """Return what is wrong between specs, references included, and what is a warning only.

    What is sound of a broken spec is looked at too, so that all that is wrong with it is told at once.
    """
    parts = {addr: item.part for addr, (_, item) in composed.items() if item.part is not None}
    apart = {addr: item for addr in graph.flaws if (item := composed[addr][1].resource) is not None}
    leading_nowhere = dangling(parts, known_to(layout), graph.resources) if parts else {}
    whole = {**graph.resources, **apart} if apart else graph.resources
    found = disagreements(whole, parts, layout.environments, chosen.serving.provider if chosen else "")
    wrong = {addr: flaws for addr, flaws in found.items() if any(f.severity is Severity.ERROR for f in flaws)}
    made = ((addr, item.resource.spec) for addr, (_, item) in composed.items() if item.resource is not None)
    told = (graph.flaws, leading_nowhere, wrong, provider_flaws(chosen, made, library.plugins))
    every = {addr: tuple(flaw for one in told for flaw in one.get(addr, ())) for one in told for addr in one}
    return every, {addr: flaws for addr, flaws in found.items() if addr not in every}


def _broken(
    library: Library, layout: Layout, composed: Results, flaws: Flaws, memo: EnvironmentCache
) -> dict[Address, tuple[Problem, ...]]:
    """Return the problems of every resource that isn't in the graph."""
    broken = {addr: tuple(problems) for addr, problems in layout.odd.items()}
    broken |= {addr: item.problems for addr, (_, item) in composed.items() if item.resource is None}
    for addr, problems in _located(library, composed, flaws, memo).items():
        broken[addr] = tuple(sorted({*broken.get(addr, ()), *problems}))
    return broken


def _before(broken: Iterable[Address], composed: Results, environment: str) -> Mapping[Address, Before]:
    """Return of each broken promotion what is sound of it: what it chooses is served by its route all the same."""
    found: dict[Address, Before] = {}
    for addr in broken:
        item = composed[addr][1] if addr in composed else None
        spec = (item.resource.spec if item.resource else item.part) if item else None
        if isinstance(spec, Promotion):
            with suppress(Unsound):
                found[addr] = Before(Address(spec.subject), spec.before(environment), spec.fields)
    return found


def _located(
    library: Library, composed: Results, flaws: Flaws, memo: EnvironmentCache
) -> dict[Address, tuple[Problem, ...]]:
    """Return flaws of resources with their places."""
    told: dict[Address, tuple[Problem, ...]] = {}
    for addr, found in flaws.items():
        ingredients, item = composed[addr]
        key = (addr, frozenset(item.seen.items()), found)
        located = memo.located.get(key)
        if located is None:
            layers = layers_of(Desk(library, kind_of(addr)), ingredients)
            located = Locator(library, layers, ingredients.base).problems(found)
            memo.located.put(key, located)
        told[addr] = located
    return told


def _homeless(
    library: Library, layout: Layout, environment_file: EnvironmentFile, composed: Results, told: Iterable[Problem]
) -> tuple[Problem, ...]:
    """Return the problems that belong to no broken resource: strays, unreadable parts, warnings."""
    parts: Iterable[Problem | None] = (library.problem(path) for path in layout.parts)
    warnings = (problem for _, item in composed.values() if item.resource is not None for problem in item.problems)
    return tuple(sorted({*layout.problems, *environment_file.problems, *filter(None, parts), *warnings, *told}))
