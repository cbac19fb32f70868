"""The kinds of the Gateway API, as any cluster has them beside its Gateways."""

from collections.abc import Iterator

from tests.servers.building import home_of
from tests.servers.kubernetes.api import Manifest
from tests.servers.kubernetes.webhooks import documents
from tests.servers.recipes import GATEWAY


def definitions() -> Iterator[Manifest]:
    """Yield the kinds of the Gateway API."""
    for path in sorted((home_of(GATEWAY) / "crds").glob("gateway.networking.k8s.io_*.yaml")):
        yield from (one for one in documents(path) if one["kind"] == "CustomResourceDefinition")
