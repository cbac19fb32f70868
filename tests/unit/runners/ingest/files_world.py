"""A folder of files that comes and goes, and its versions."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from runners.ingest.by_files import grow_by_files
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.sources import files
from tests.unit.runners.ingest.growing_world import Version


class Folder:
    """Files of one format under a URL: on the disk unless another place is given."""

    def __init__(self, root: Path, format_: str = "csv", url: str | None = None, **spec: Any) -> None:
        self.root, self._numbers, self._moments = root, count(), count(10**9)
        self.place = root / "in"
        self.place.mkdir()
        self.files = {"url": url or str(self.place), "format": format_, "incremental": {"by": "files"}}
        self.spec: dict[str, Any] = spec
        self.inputs: dict[str, str] = {}
        self.former: Path | None = None

    @property
    def params(self) -> Parameters:
        """Return what an ingestion is told."""
        return Parameters.model_validate({"source": {"files": self.files}, "minimum_rows": 0, **self.spec})

    def write(self, name: str, text: str) -> Path:
        """Write a file, at a moment of its own that is long past."""
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        moment = next(self._moments)
        os.utime(path, (moment, moment))
        return path

    def write_rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Write a file of JSON lines."""
        self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def refresh(self, *, full: bool = False) -> Version:
        """Make the next version, or one that is read as a whole; only one that is accepted is gone on with."""
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        made = Version(folder, grow_by_files(self.params, folder, former, self.inputs), self.params)
        if not full and not made.grown.table.violations:
            self.former = folder
        return made


@contextmanager
def opened_files(patch: Any) -> Iterator[list[str]]:
    """Note the name of each file that is opened."""
    names: list[str] = []
    real = files.opened

    def noting(found: files.Found, path: str, source: Any) -> Any:
        names.append(found.name(path))
        return real(found, path, source)

    patch.setattr(files, "opened", noting)
    yield names
    patch.setattr(files, "opened", real)
