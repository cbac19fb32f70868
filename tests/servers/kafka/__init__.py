"""Kafka: a broker that is its own controller, from the jars of its project."""

from tests.servers.kafka.server import Kafka

__all__ = ["Kafka"]
