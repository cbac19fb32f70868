"""The pictures of a dataset: their files, in the folder that an ingestion has written."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import fsspec

from runners.sources.failures import telling

LARGEST_PICTURE = 2**26
"""Bytes of a picture that is read."""


@dataclass(frozen=True, slots=True)
class Album:
    """The files of a dataset of pictures, in its folder."""

    url: str
    files: Any
    root: str

    def content(self, name: str, most: int = LARGEST_PICTURE) -> bytes | None:
        """Return a picture's file; None where there is none of that name, or a larger one.

        Raises:
            SourceUnavailable: the folder is out of reach.
        """
        path = f"{self.root}/images/{name}"
        if ".." in PurePosixPath(name).parts:
            return None
        with telling(self.url):
            if not self.files.exists(path) or self.files.size(path) > most:
                return None
            return bytes(self.files.cat_file(path))


def album_of(url: str) -> Album:
    """Open the folder of a dataset of pictures.

    Raises:
        SourceUnavailable: it is out of reach.
    """
    with telling(url):
        return Album(url, *fsspec.core.url_to_fs(url))


def album_at(url: str) -> Album | None:
    """Open the folder of a dataset, where it is one of files; None where it is a table.

    Raises:
        SourceUnavailable: it is out of reach.
    """
    album = album_of(url)
    with telling(url):
        return album if album.files.exists(f"{album.root}/manifest.parquet") else None
