"""NATS with JetStream: one server, built by Go."""

from tests.servers.nats.server import Nats

__all__ = ["Nats"]
