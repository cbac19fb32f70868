"""Image folders: copies every readable image, and writes a manifest that names each by its path and its digest."""

import hashlib
import struct
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image, ImageStat, UnidentifiedImageError

from runners.contract import Violation
from runners.ingest.parameters import Parameters
from runners.models.pictures import FORMATS, in_mode
from runners.sources.failures import telling
from runners.sources.files import Found, content
from runners.sources.reading import BATCH_ROWS
from runners.staging import inside
from runners.tables.types import Type

MANIFEST = "manifest.parquet"
FOLDER = "images"
COLUMNS: Mapping[str, Type] = {
    "id": "string",
    "path": "string",
    "sha256": "string",
    "bytes": "integer",
    "width": "integer",
    "height": "integer",
    "format": "string",
}
"""The columns of a manifest; `label` follows where the folders name the labels."""
EXAMPLES = 20
"""Files that are named one by one of each kind of trouble; the rest are counted."""

NAMING = ("id", "path")
"""The columns that hold a file's name, and with it the folder that is its label."""

Thumbnail = NDArray[np.uint8]
SKETCH = 16
_NEAR = 512


@dataclass(frozen=True)
class Picture:
    """One readable image: its row of the manifest, and what the profile wants to know of it.

    `sharpness` is the variance of the Laplacian of its brightness, seen from as far as `_NEAR` pixels; `sketch` its
    brightness in `SKETCH` by `SKETCH` squares, by which it's compared with others.
    """

    row: Mapping[str, Any]
    mode: str
    brightness: float
    is_blank: bool
    sharpness: float = 0.0
    sketch: bytes = b""


@dataclass
class Album:
    """All images of a folder, and what was wrong with some files; `numbers` counts all files, from 1."""

    pictures: list[Picture] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def violations(self, *, are_named: bool = True) -> tuple[Violation, ...]:
        """Name the files that are unreadable, repeated or without a label; by number alone where names are hidden."""
        call = str if are_named else lambda name: f"image {self.numbers[name]:,}"
        told = [(call(name), f"it can't be read as an image: {why}", _REPLACE) for name, why in self.unreadable]
        copies = [(call(name), f"it has the same bytes as {call(first)}", _REMOVE) for name, first in self.duplicates]
        bare = [(call(name), "it lies in no folder that could name its label", _MOVE) for name in self.unlabelled]
        return tuple(violation for group in (told, copies, bare) for violation in _capped(group))


_REPLACE = "replace it by a whole image, or remove it from the source"
_REMOVE = "remove one of the two from the source"
_MOVE = "move it into the folder of its label, or set label_from: none"


def _capped(group: list[tuple[str, str, str]]) -> Iterator[Violation]:
    for where, what, fix in group[:EXAMPLES]:
        yield Violation(where=where, what=what, fix=fix)
    if len(group) > EXAMPLES:
        yield Violation(
            where="images", what=f"{len(group) - EXAMPLES:,} more files are like {group[0][0]}", fix=group[0][2]
        )


def gather(found: Found, folder: Path, *, label_from: str = "none") -> Album:
    """Copy the readable images to `images/` under a folder, keeping their paths.

    Raises:
        InputError: a file vanished or may not be read.
        SourceUnavailable: the place of the files doesn't answer.
    """
    album, seen = Album(), dict[str, str]()
    for number, path in enumerate(found.paths, 1):
        name = found.name(path)
        album.numbers[name] = number
        with telling(name):
            data = content(found, path, name)
        try:
            picture = look(name, data, _label(name, label_from))
        except ValueError as error:
            album.unreadable.append((name, str(error)))
            continue
        first = seen.setdefault(picture.row["sha256"], name)
        if first != name:
            album.duplicates.append((name, first))
        if label_from == "folder" and picture.row["label"] is None:
            album.unlabelled.append(name)
        album.pictures.append(picture)
        target = inside(folder / FOLDER, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return album


def _label(name: str, label_from: str) -> dict[str, str | None]:
    if label_from != "folder":
        return {}
    return {"label": PurePosixPath(name).parent.name or None}


def look(name: str, data: bytes, label: Mapping[str, str | None]) -> Picture:
    """Decode one image.

    Raises:
        ValueError: it is no whole image, or of so many pixels that decoding it is an attack; says which.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                image.load()
                grey = in_mode(image, "L")
                row = _row(name, data, image) | dict(label)
                darkest, brightest = grey.getextrema()
                mean = ImageStat.Stat(grey).mean[0] / 255
                sketch = grey.resize((SKETCH, SKETCH), Image.Resampling.BOX).tobytes()
                return Picture(row, image.mode, round(mean, 6), darkest == brightest, _sharpness(grey), sketch)
    except UnidentifiedImageError:
        raise ValueError(f"it is none of the formats {', '.join(FORMATS)}" if data else "it is empty") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValueError("it has too many pixels") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _sharpness(grey: Image.Image) -> float:
    """Return the variance of the Laplacian (Pech-Pacheco et al., 2000); nothing of an image without an inside."""
    small = grey.copy()
    small.thumbnail((_NEAR, _NEAR), Image.Resampling.BOX)
    light = np.asarray(small, np.float32) / 255
    inner = light[1:-1, 1:-1]
    if not inner.size:
        return 0.0
    edges = light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:] - 4 * inner
    return round(float(edges.var()), 8)


def _row(name: str, data: bytes, image: Image.Image) -> dict[str, Any]:
    return {
        "id": name,
        "path": f"{FOLDER}/{name}",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": image.width,
        "height": image.height,
        "format": image.format or "",
    }


def manifest_types(params: Parameters) -> dict[str, Type]:
    """Return the columns of the manifest that an ingestion writes."""
    files = params.source.files
    return {**COLUMNS, "label": "string"} if files and files.label_from == "folder" else dict(COLUMNS)


def manifest_batches(pictures: Iterable[Picture], types: Mapping[str, Type]) -> Iterator[Any]:
    """Yield the manifest's rows as batches of plain columns, in the order of the pictures."""
    rows = [picture.row for picture in pictures]
    for start in range(0, len(rows), BATCH_ROWS):
        part = rows[start : start + BATCH_ROWS]
        yield pa.RecordBatch.from_pylist(part, schema=pa.schema([(name, _arrow(t)) for name, t in types.items()]))


def _arrow(type_: Type) -> Any:
    return pa.int64() if type_ == "integer" else pa.string()


def thumbnail(path: Path, side: int) -> Thumbnail:
    """Return an image of the album, fitted into a white square of so many pixels, as RGB."""
    with Image.open(path, formats=FORMATS) as image:
        small = in_mode(image, "RGB")
    scale = side / max(small.size)
    small = small.resize((max(1, round(small.width * scale)), max(1, round(small.height * scale))), _resampling(scale))
    square = Image.new("RGB", (side, side), "white")
    square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return np.asarray(square)


def _resampling(scale: float) -> Image.Resampling:
    return Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BILINEAR
