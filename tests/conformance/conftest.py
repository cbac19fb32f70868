"""The servers that the conformance suites run on."""

from tests.servers.ray import ray_cluster

__all__ = ["ray_cluster"]
