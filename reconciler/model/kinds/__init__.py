"""The kinds of resource, one file each; the name of a kind is the name of its folder under `specs/`."""

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.deployments import Deployment
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.kinds.labels import Labels
from reconciler.model.kinds.monitors import Monitor
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec

KINDS: Mapping[str, type[Spec]] = MappingProxyType(
    {kind.kind: kind for kind in (Pool, Dataset, Labels, Experiment, Promotion, Deployment, Monitor)}
)
"""Every kind by its name, in the order in which they depend on each other."""
