"""Promotable: what comes from one environment to the next, how it is pinned, and by which words statuses tell it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.labels import Labels
from reconciler.model.resource import Resource


class Pinned(NamedTuple):
    """What is pinned: the run that made it, and the digest that it has to have; of a spec's values their name."""

    run: str
    digest: str


@dataclass(frozen=True, slots=True)
class Promotable:
    """One sort of what is promoted.

    Attributes:
        noun: what it is called.
        verb: what it does where it is in force.
        begun: the same of one that did it.
        field: the field of the spec that pins it; of a spec's values they are fields themselves.
        fact: the fact of a status that tells what was in force, since when.
        run: how the run is called there, and in the spec.
        digest: how the digest is.
        by_digest: whether two of one digest are the same, whichever runs made them.
        may_return: whether it may be promoted again after something else took its place, unless it was taken back.
    """

    noun: str
    verb: str
    begun: str
    field: str
    fact: str
    run: str
    digest: str
    by_digest: bool
    may_return: bool = False

    def edits(self, pin: Pinned) -> dict[str, Any]:
        """Return what pins it, as an edit of a spec."""
        return {self.field: {self.run: pin.run, self.digest: pin.digest}}

    def are_same(self, one: Pinned, other: Pinned) -> bool:
        """Tell whether two are the same."""
        return one.digest == other.digest and (self.by_digest or one.run == other.run)


MODELS = Promotable("model", "serves", "served", "model", "served", "trial", "digest", by_digest=False)
VERSIONS = Promotable(
    "version", "is in force", "been in force", "pin", "in_force", "version", "content", by_digest=True
)
VALUES = Promotable(
    "values", "are in force", "been in force", "", "in_force", "values", "content", by_digest=True, may_return=True
)
_DATA = frozenset({Dataset.kind, Labels.kind})


def promotable_of(address: Address) -> Promotable:
    """Return what a resource has that is pinned."""
    return VERSIONS if kind_of(address) in _DATA else MODELS


def pinned_by(resource: Resource) -> Pinned | None:
    """Return what a resource's spec pins; None where it pins nothing."""
    spec = resource.spec
    if isinstance(spec, Deployment) and spec.model:
        return Pinned(spec.model.trial, spec.model.digest)
    if isinstance(spec, Dataset | Labels) and spec.pin:
        return Pinned(spec.pin.version, spec.pin.content)
    return None


def pinned_in(environment: str, address: Address) -> str:
    """Return the file that pins what a resource has, in an environment."""
    return f"environments/{environment}/{address}.yaml"
