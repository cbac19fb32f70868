"""A resource of the desired state, and the graph of all of them at one commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.model.code_owners import OwnersFile
from reconciler.model.commit_policy import Signers
from reconciler.model.environment import Environment
from reconciler.model.errors import Problem
from reconciler.model.ids import Address, CommitId, kind_of
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import JobSpec, Spec
from reconciler.model.spec_values import PromotedValues

SpecType = TypeVar("SpecType", bound=Spec)


@dataclass(frozen=True, slots=True)
class Resource:
    """One composed spec, with all that composition found out about it.

    `file` is the base spec's path; `origins` maps the path of every file that went in to its blob id.
    `trials` are the concrete parameters of an experiment's sweep, in order. `code` is the Git tree id of the user's
    own code folder, if the spec names one; `runner_version` what the runner that it names declares as its version.
    """

    address: Address
    spec: Spec
    file: str
    origins: Mapping[str, str] = field(default_factory=dict)
    trials: tuple[Mapping[str, Any], ...] = ()
    code: str | None = None
    runner_version: int | None = None
    _references: tuple[Address, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the references once: the whole graph asks for them in every pass."""
        object.__setattr__(self, "_references", tuple(map(Address, self.spec.references())))

    @property
    def kind(self) -> str:
        """Return the kind's name, which is also its folder's."""
        return kind_of(self.address)

    @property
    def former(self) -> tuple[Address, ...]:
        """Return the addresses that it had before it was renamed, the oldest first."""
        if not isinstance(self.spec, JobSpec) or not self.spec.moved_from:
            return ()
        return tuple(Address(f"{self.kind}/{name}") for name in self.spec.moved_from)

    @property
    def identity(self) -> Address:
        """Return the address that its runs, its proposals and its endpoint are named by: the first that it had."""
        former = self.former
        return former[0] if former else self.address

    def references(self) -> tuple[Address, ...]:
        """Return the addresses that this resource is made from."""
        return self._references


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a promotion: of what it chooses, and where that has to be in force before here.

    `fields` are those of a spec whose values it chooses; none where it chooses a model or a version.
    """

    subject: Address
    environments: tuple[str, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desired:
    """What a commit asks for in one environment.

    `resources` holds only specs that composed, upstream before downstream. `broken` holds the problems of those that
    didn't, by address: they are stalled, and never taken for deleted. `problems` holds what belongs to no
    resource (a stray file, a bad environment file). `model_signers` is the file of those who may sign statements about
    models (ssh-keygen(1)); None where nobody has to. `before` is what is sound of broken promotions. `code_owners` is
    read where a promotion asks for owners; `approvers` are the allowed signers, whose commits approve on plain Git.
    `promoted` is what promotions of a spec's values have before them.
    """

    commit: CommitId
    environment_name: str
    environment: Environment
    resources: Mapping[Address, Resource] = field(default_factory=dict)
    broken: Mapping[Address, tuple[Problem, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    model_signers: bytes | None = None
    before: Mapping[Address, Before] = field(default_factory=dict)
    code_owners: OwnersFile = field(default_factory=OwnersFile)
    approvers: Signers = field(default_factory=Signers)
    promoted: Mapping[Address, PromotedValues] = field(default_factory=dict)

    def of_kind(self, spec: type[SpecType]) -> Mapping[Address, SpecType]:
        """Return the specs of one kind by address."""
        return self._by_kind.get(spec, {})

    @cached_property
    def _by_kind(self) -> Mapping[type[Spec], Mapping[Address, Any]]:
        found: dict[type[Spec], dict[Address, Spec]] = {}
        for address, resource in self.resources.items():
            found.setdefault(type(resource.spec), {})[address] = resource.spec
        return found

    @cached_property
    def followers(self) -> Mapping[Address, tuple[Address, ...]]:
        """Return, for each resource, those that reference it."""
        found: dict[Address, list[Address]] = {}
        for address, resource in self.resources.items():
            for above in resource.references():
                found.setdefault(above, []).append(address)
        return {above: tuple(below) for above, below in found.items()}

    @cached_property
    def value_routes(self) -> Mapping[Address, Mapping[Address, Before]]:
        """Return, by resource, the promotions of values of its spec: what is known of each."""
        here = self.environment_name
        known = {
            address: Before(Address(spec.subject), spec.before(here), spec.fields)
            for address, spec in self.of_kind(Promotion).items()
            if spec.is_of_spec
        }
        known |= {address: before for address, before in self.before.items() if before.fields}
        found: dict[Address, dict[Address, Before]] = {}
        for address, before in known.items():
            found.setdefault(before.subject, {})[address] = before
        return found

    @cached_property
    def moved(self) -> Mapping[Address, Address]:
        """Return, for each former address, the resource that has moved from it."""
        return {former: address for address, resource in self.resources.items() for former in resource.former}

    def all_problems(self) -> tuple[Problem, ...]:
        """Return every problem of the commit, in the order of files and lines."""
        return tuple(sorted({*self.problems, *(p for found in self.broken.values() for p in found)}))


def in_order(resources: Iterable[Resource]) -> tuple[Mapping[Address, Resource], tuple[Address, ...]]:
    """Sort resources so that each comes after all that it references; ties by address.

    Returns:
        The sorted resources, and the addresses that sit on a cycle of references or behind one.
        References to resources that aren't there are left out of the order.
    """
    by_address = {resource.address: resource for resource in sorted(resources, key=lambda r: r.address)}
    waiting = {a: {ref for ref in r.references() if ref in by_address} for a, r in by_address.items()}
    followers: dict[Address, list[Address]] = {a: [] for a in by_address}
    for addr, refs in waiting.items():
        for ref in refs:
            followers[ref].append(addr)
    ready = [addr for addr, refs in waiting.items() if not refs]
    ordered: dict[Address, Resource] = {}
    for addr in ready:  # grows while it is read
        ordered[addr] = by_address[addr]
        for follower in followers[addr]:
            waiting[follower].discard(addr)
            if not waiting[follower]:
                ready.append(follower)
    return MappingProxyType(ordered), tuple(a for a in by_address if a not in ordered)
