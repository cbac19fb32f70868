"""The versions that are made of a stream, one on the other."""

from itertools import count
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.tables.version import read_manifest, table_files


class Versions:
    """Versions in a folder, of the `source` that a subclass tells; only one that is accepted is gone on with."""

    source: dict[str, Any]

    def __init__(self, root: Path) -> None:
        self.root, self._numbers = root, count()
        self.spec: dict[str, Any] = {}
        self.former: Path | None = None

    def refresh(self, **more: Any) -> Grown:
        """Make the next version."""
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        params = Parameters.model_validate({"source": {"stream": {**self.source, **more}}, **self.spec})
        former = Lent(self.former.as_uri(), self.former) if self.former else None
        grown = grow(params, folder, former)
        if not grown.table.violations:
            self.former = folder
        return grown

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the newest version that was accepted."""
        assert self.former is not None
        return rows_of(self.former)

    def read(self) -> dict[str, Any]:
        """Return how far that version was read."""
        assert self.former is not None
        manifest = read_manifest(self.former)
        assert manifest is not None
        told: dict[str, Any] = dict(manifest.read["stream"])
        return told


def rows_of(version: Path) -> list[dict[str, Any]]:
    """Return the rows of a version."""
    return [row for file in table_files(version) for row in parquet.read_table(file).to_pylist()]
