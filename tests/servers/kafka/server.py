"""A Kafka: one broker, its logs in one folder, on the loopback for whoever asks."""

import subprocess
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tests.servers.kafka.environment import home, java
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, until

_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
_JVM = ("-Xms96m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGS = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")
_LONG = 30.0


class Kafka(Processes):
    """A broker at `address`, in which tests make topics of their own names."""

    def __init__(self, folder: Path) -> None:
        """Keep all state in a folder."""
        port, controller = free_port(), free_port()
        self.address, self._folder, self._numbers = f"{LOOPBACK}:{port}", folder, count()
        folder.mkdir(parents=True, exist_ok=True)
        self._properties = folder / "server.properties"
        self._properties.write_text(_settings(folder, port, controller), "utf-8")
        command = [*self._java(), "kafka.Kafka", self._properties]
        super().__init__(Process("kafka", command, folder / "kafka.log", self._is_ready))

    def _java(self) -> list[str | Path]:
        return [java(), *_JVM, *_LOGS, "-cp", f"{home()}/*"]

    def start(self) -> "Kafka":
        """Format its folder where it isn't yet, and start it."""
        if not (self._folder / "data").exists():
            told = ["format", "-t", _CLUSTER, "-c", self._properties]
            subprocess.run([*self._java(), "kafka.tools.StorageTool", *told], check=True, capture_output=True)
        super().start()
        return self

    def topic(self, partitions: int = 1, **config: str) -> str:
        """Make a topic of its own for somebody; return its name."""
        name = f"test-{next(self._numbers)}"
        self.make(name, partitions, {key.replace("_", "."): value for key, value in config.items()})
        return name

    def make(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> None:
        """Make a topic of a name."""
        from confluent_kafka.admin import NewTopic

        admin = self._admin()  # it gives up what it was asked for when nobody holds it
        self._done(admin.create_topics([NewTopic(name, partitions, 1, config=dict(config or {}))]))

    def delete(self, name: str) -> None:
        """Delete a topic; return when its name is free."""
        admin = self._admin()
        self._done(admin.delete_topics([name]))
        until(lambda: name not in admin.list_topics(timeout=_LONG).topics, "a topic to be gone")

    def drop(self, topic: str, before: int, partition: int = 0) -> None:
        """Let go of all messages before an offset, as retention does."""
        from confluent_kafka import TopicPartition

        admin = self._admin()
        self._done(admin.delete_records([TopicPartition(topic, partition, before)]))

    def put(self, topic: str, messages: Iterable[Mapping[str, Any]]) -> None:
        """Write messages, by what a producer calls their parts; return when the broker has all."""
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 5})
        for message in messages:
            while True:
                try:
                    producer.produce(topic, **message)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(_LONG) == 0

    def _admin(self) -> Any:
        from confluent_kafka.admin import AdminClient

        return AdminClient({"bootstrap.servers": self.address})

    @staticmethod
    def _done(asked: Mapping[Any, Any]) -> None:
        for future in asked.values():
            future.result(_LONG)

    def _is_ready(self) -> bool:
        from confluent_kafka import KafkaException

        try:
            return bool(self._admin().list_topics(timeout=2).brokers)
        except KafkaException:
            return False


def _settings(folder: Path, port: int, controller: int) -> str:
    told = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "auto.create.topics.enable": "true",  # what reads makes none all the same
    }
    return "".join(f"{name}={value}\n" for name, value in told.items())
