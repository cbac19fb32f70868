"""Image folders: copies every readable image, and writes a manifest that names each by its path and its digest."""

import hashlib
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageStat, UnidentifiedImageError

from runners.ingest.manifests import Gathered, keep, read_each
from runners.models.pictures import FORMATS, in_mode
from runners.sources.files import Found
from runners.tables.types import Type

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
class Album(Gathered):
    """All images of a folder, and what was wrong with some files."""

    noun: str = "image"
    place: str = FOLDER
    pictures: list[Picture] = field(default_factory=list)


def gather(found: Found, folder: Path, *, label_from: str = "none") -> Album:
    """Copy the readable images to `images/` under a folder, keeping their paths.

    Raises:
        InputError: a file vanished or may not be read.
        SourceUnavailable: the place of the files doesn't answer.
    """
    album = Album()
    for name, data, picture in read_each(found, album, look, label_from):
        album.pictures.append(picture)
        keep(folder / FOLDER, name, data)
    return album


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
