"""Real streams, on a Kafka and on a NATS, and whole jobs that make versions of them."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.tables.version import read_manifest, table_files
from tests.servers.kafka import Kafka
from tests.servers.nats import Nats
from tests.times import ROOT


@dataclass
class Streams:
    """A topic of a server, and the versions that are made of it."""

    server: Kafka | Nats
    root: Path
    topic: str
    former: Path | None = None
    numbers: Any = field(default_factory=count)
    sent: list[Any] = field(default_factory=list)

    @property
    def first(self) -> int:
        """Return the offset of the first message."""
        return int(isinstance(self.server, Nats))

    @property
    def source(self) -> dict[str, Any]:
        """Return what a job is told of it."""
        protocol = "nats" if isinstance(self.server, Nats) else "kafka"
        return {"protocol": protocol, "url": self.server.address, "topics": [self.topic]}

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

    def refresh(self, **more: Any) -> Grown:
        """Make the next version; only one that is accepted is gone on with."""
        folder = self.root / f"v{next(self.numbers)}"
        folder.mkdir()
        former = Lent(self.former.as_uri(), self.former) if self.former else None
        params = Parameters.model_validate({"source": {"stream": {**self.source, **more}}})
        grown = grow(params, folder, former)
        if not grown.table.violations:
            self.former = folder
        return grown

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the newest version."""
        assert self.former is not None
        return rows_of(self.former)

    def read(self) -> dict[str, Any]:
        """Return how far it was read."""
        assert self.former is not None
        manifest = read_manifest(self.former)
        assert manifest is not None
        found: dict[str, Any] = manifest.read["stream"]["topics"][self.topic]
        return found

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


def rows_of(version: Path) -> list[dict[str, Any]]:
    """Return the rows of a version."""
    return [row for file in table_files(version) for row in parquet.read_table(file).to_pylist()]
