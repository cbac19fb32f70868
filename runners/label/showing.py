"""What people are shown of an example: its columns, its file, and what a model says of it.

The file of a picture stands in the task itself, as a `data:` URL, so that people see it wherever their browsers are.
One that is large, or of a format that browsers don't show, is brought to fewer pixels: places on pictures are told in
shares of their sides. Where the spec says at which address the files are, a task has that in the place of the file.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from runners.contract import InputError
from runners.label.album import Album
from runners.label.pool import KEY, Row
from runners.label.scores import Score
from runners.models.pictures import NoPicture, decoded
from runners.parameters import Block

PICTURE, RECORDING = "image", "audio"
FILES = (PICTURE, RECORDING)
"""What the file of an example is called, where a dataset is of files."""
LARGEST = 60 * 2**10
"""Bytes of a picture within a task: with what else is shown, its Base64 is what the daemon takes of one example."""
MOST_BYTES = 64 * 2**20
"""Bytes of all pictures within the tasks of a campaign: each version of the answers has them again."""
SIDES = (1024, 768, 512, 384, 256, 128)
"""Pixels of the longer side to which a picture is brought, until it is small enough; by the last any is."""
QUALITY = 85
SHOWN_AS = MappingProxyType({"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp"})
"""Formats that browsers show, by Pillow's names."""
LONGEST = 20_000
"""Characters of a text that are shown."""
OWN = "id"
"""The field by which an answer finds its example again."""


class Shown(Block):
    """Of which question a model's label is shown, and about which object it is asked."""

    question: str
    to: str


@dataclass(slots=True)
class Files:
    """The files of a dataset as people are shown them: within the task, or by their addresses.

    `album` is None where the dataset is a table; `at` is what stands before a file's name in its address.
    """

    album: Album | None = None
    at: str | None = None
    left: int = field(default=MOST_BYTES, init=False)

    def split(self, columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return which columns are of the table, and which are the examples' files."""
        files = tuple(name for name in columns if self.album is not None and name in FILES)
        return tuple(name for name in columns if name not in files), files

    def shown(self, what: str, name: str) -> str:
        """Return what stands in a task for the file of an example.

        Raises:
            InputError: it can't be put into a task.
        """
        if self.at is not None:
            return self.at + quote(name)
        content = self.album.content(name) if self.album and what == PICTURE else None
        if content is None:
            why = "recordings aren't put into tasks" if what == RECORDING else f"{name} is no picture that can be shown"
            raise InputError(why, "campaign.at", "give the address at which browsers find the dataset's files")
        url = _data_url(content, name)
        self.left -= len(url)
        if self.left < 0:
            why = f"the pictures have more than {MOST_BYTES // 2**20} MiB together, which is too much within tasks"
            raise InputError(why, "campaign.at", "give the address at which browsers find them, or a smaller sample")
        return url


def _data_url(content: bytes, name: str) -> str:
    """Return a picture as a URL that holds it: as it is, or brought to fewer pixels as a JPEG.

    Raises:
        InputError: it is no picture.
    """
    try:
        kind, content = small(content)
    except NoPicture as error:
        raise InputError(f"{name} can't be shown: {error}", "dataset", "ingest the dataset again") from error
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def small(content: bytes) -> tuple[str, bytes]:
    """Return a picture of few bytes that a browser shows, and what its format is called there.

    Raises:
        NoPicture: it is none.
    """
    kind = _kind(content)
    return (kind, content) if kind is not None else ("jpeg", _smaller(content))


def _kind(content: bytes) -> str | None:
    """Return what a browser calls the format of a picture that it is shown as it is; None of another one."""
    from PIL import Image

    if len(content) > LARGEST:
        return None
    try:
        with Image.open(BytesIO(content), formats=tuple(SHOWN_AS)) as image:
            return SHOWN_AS[image.format or ""]
    except (OSError, SyntaxError, ValueError, KeyError):
        return None


def _smaller(content: bytes) -> bytes:
    """Return a picture as a JPEG of as many pixels as fit.

    Raises:
        NoPicture: it is none.
    """
    picture, _ = decoded(content, "RGB")
    files = (_as_jpeg(picture, side) for side in SIDES)
    return next(file for file in files if len(file) <= LARGEST)


def _as_jpeg(picture: Any, side: int) -> bytes:
    small, file = picture.copy(), BytesIO()
    small.thumbnail((side, side))
    small.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Page:
    """What people are shown of an example: its columns, its file, and what a model says of it."""

    columns: Sequence[str]
    files: Files
    said: Mapping[str, Score]
    shown: Shown | None

    def of(self, row: Row, item: str) -> dict[str, Any]:
        """Return what is written of an example.

        Raises:
            InputError: its file can't be shown.
        """
        told = {"item": item, "data": self._data(row)}
        score = self.said.get(str(row[KEY]))
        if self.shown is None or score is None:
            return told
        value = {"choices": [score.label]}
        result = {"from_name": self.shown.question, "to_name": self.shown.to, "type": "choices", "value": value}
        return told | {"prediction": {"label": score.label, "score": score.confidence, "result": [result]}}

    def _data(self, row: Row) -> dict[str, Any]:
        """Return the columns of a row, its file, and the identifier by which the answer finds it again."""
        columns, files = self.files.split(self.columns)
        told = {name: plain(row[name]) for name in columns}
        return {**told, **{what: self.files.shown(what, str(row[KEY])) for what in files}, OWN: plain(row[KEY])}


def plain(value: Any) -> str | int | float | bool:
    """Return a value as JSON has it; a text that is too long is cut, and what isn't there is an empty text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = value.isoformat() if isinstance(value, datetime | date | time) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
