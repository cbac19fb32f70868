"""A Kubernetes control plane with nodes that have GPUs, Kueue and KServe, all processes of this machine."""

from tests.servers.kubernetes.api import Api, Where
from tests.servers.kubernetes.cluster import Cluster

__all__ = ["Api", "Cluster", "Where"]
