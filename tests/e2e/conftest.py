"""The servers that whole stories are told on."""

from tests.servers.ray import ray_cluster

__all__ = ["ray_cluster"]
