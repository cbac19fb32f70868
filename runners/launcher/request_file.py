"""The request as a file, which a job is started with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def written(request: str) -> Iterator[str]:
    """Write a request where only this user reads it, as long as it is needed; yield its path."""
    with TemporaryDirectory(prefix="setpoint-") as folder:
        path = Path(folder) / "request.json"
        path.write_text(request, encoding="utf-8")
        yield str(path)
