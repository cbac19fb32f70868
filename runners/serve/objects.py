"""The payload log in an object store: objects can't be appended to, so each batch of events is one of its own."""

import time
from pathlib import Path

import fsspec

FLUSH = 10.0
"""Seconds between two objects; what a process that is killed takes with it."""


class Objects:
    """Writes batches below a fsspec URL, each under the name of its file and the moment.

    Args:
        url: the folder.
    """

    def __init__(self, url: str) -> None:
        self._files, self._folder = fsspec.core.url_to_fs(url)

    def __call__(self, path: Path, content: bytes) -> None:
        """Write a batch.

        Raises:
            OSError: the store can't be written to.
        """
        self._files.pipe_file(f"{self._folder.rstrip('/')}/{path.stem}-{time.time_ns()}.jsonl", content)
