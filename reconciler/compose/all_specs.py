"""All specs of a commit, as those are held that say something of each other."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from reconciler.compose.flaws import Flaw
from reconciler.compose.nearest import did_you_mean
from reconciler.compose.sound_part import Unsound
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Resource
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

_MOST_HINTS = 100
"""Wrong names whose nearest is looked for."""

Found = tuple[Address, Flaw]


class Specs:
    """All specs of a commit, by address and kind; finds the nearest of names, a bounded number of times."""

    def __init__(
        self,
        resources: Mapping[Address, Resource],
        parts: Mapping[Address, Spec],
        environments: Collection[str] | None = None,
        serving: str = "",
    ) -> None:
        self.environments, self.serving = environments, serving
        self.all: Mapping[Address, Spec] = {**{address: item.spec for address, item in resources.items()}, **parts}
        self.promotions = {a: s for a, s in self.all.items() if isinstance(s, Promotion) and _chooses(s)}
        self.moved = {former: address for address, item in resources.items() for former in item.former}
        self._hints = 0

    def experiment(self, address: str) -> Experiment | None:
        """Return an experiment by its address; None where there is none."""
        spec = self.all.get(Address(address))
        return spec if isinstance(spec, Experiment) else None

    def sensitive(self, address: str) -> frozenset[str]:
        """Return the columns of a dataset whose values are shown nowhere."""
        spec = self.all.get(Address(address))
        return sensitive_in(spec) if isinstance(spec, Dataset) else frozenset()

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str]) -> Flaw:
        """Return the flaw of a name that isn't there."""
        self._hints += 1
        hint = did_you_mean(name, known) if self._hints <= _MOST_HINTS else ""
        return Flaw(path, what, hint)


def _chooses(spec: Promotion) -> bool:
    """Tell whether a promotion chooses something, and says of what for what."""
    with suppress(Unsound):
        return bool(spec.subject and (spec.experiment or spec.deployment is None)) and not spec.suspend
    return False


def declared_by(spec: Dataset) -> tuple[str, ...] | None:
    """Return the columns that a dataset's rows have; None where it doesn't say them all."""
    is_open = spec.columns is None or spec.takes_new == "allow" or is_album(spec)
    return None if is_open else tuple(spec.columns or ())


def sensitive_in(spec: Dataset) -> frozenset[str]:
    """Return the columns that a dataset declares as sensitive."""
    return frozenset(name for name, column in (spec.columns or {}).items() if column.sensitive)


def is_album(spec: Dataset) -> bool:
    """Tell whether a dataset is of images or audio."""
    return spec.is_album


def missing(
    specs: Specs, told: Iterable[tuple[Path, str]], known: tuple[str, ...] | None, where: str
) -> Iterator[Flaw]:
    """Tell which of some columns aren't there, where it is known which are.

    Args:
        specs: all specs.
        told: each place that names a column, and the name.
        known: the columns that are there; None where that isn't known.
        where: whose columns they are, for people.
    """
    if known is None:
        return
    for path, name in told:
        if name not in known:
            yield specs.unknown(path, f"{where} has no column `{printable(name)}`", name, known)


def origin_of(specs: Specs, deployment: str) -> str | None:
    """Return the experiment that a deployment's models come from."""
    promoted = {str(spec.experiment) for spec in specs.promotions.values() if spec.deployment == deployment}
    if len(promoted) == 1:
        return promoted.pop()
    spec = specs.all.get(Address(deployment))
    pinned = spec.model.trial if isinstance(spec, Deployment) and spec.model else None
    if not pinned or promoted:
        return None
    owner = owner_of(RunName(pinned))
    return specs.moved.get(owner, owner)
