"""Real streams, on a Kafka and on a NATS, and whole jobs that make versions of them."""

import json
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.servers.kafka import Kafka
from tests.servers.nats import Nats
from tests.times import ROOT
from tests.unit.runners.sources.streams.versions import Versions


class Streams(Versions):
    """A topic of a server, and the versions that are made of it."""

    def __init__(self, server: Kafka | Nats, root: Path, topic: str) -> None:
        super().__init__(root)
        self.server, self.topic, self.sent = server, topic, list[Any]()
        protocol = "nats" if isinstance(server, Nats) else "kafka"
        self.source = {"protocol": protocol, "url": server.address, "topics": [topic]}

    @property
    def first(self) -> int:
        """Return the offset of the first message."""
        return int(isinstance(self.server, Nats))

    def put(self, values: Iterable[Any]) -> None:
        """Write messages of JSON, or bytes as they are."""
        values = list(values)
        self.sent += values
        told = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
        if isinstance(self.server, Nats):
            self.server.put(self.topic, [("a", value, None) for value in told])
        else:
            self.server.put(self.topic, [{"value": value} for value in told])

    def drop(self, before: int) -> None:
        """Let go of messages before an offset."""
        self.server.drop(self.topic, before)

    def anew(self) -> None:
        """Delete the topic, and make one of its name."""
        self.server.delete(self.topic)
        self.server.make(self.topic)

    def job(self, name: str, former: str = "", step: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a whole job in a process of its own, or kill it before a step."""
        digest = f"sha256:{sha256((self.root / former / 'result.json').read_bytes()).hexdigest()}" if former else ""
        request = {
            "run": f"datasets/x/{name}",
            "runner": "ingest",
            "params": {"source": {"stream": {**self.source, "metadata": ["offset"]}}},
            "inputs": {"former-version": (self.root / former).as_uri()} if former else {},
            "digests": {"former-version": digest} if former else {},
            "output": (self.root / name).as_uri(),
        }
        file = self.root / f"{name}.json"
        file.write_text(json.dumps(request))
        line = [sys.executable, "-m", "tests.unit.runners.ingest.killed", str(file), *([str(step)] if step else [])]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
