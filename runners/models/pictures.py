"""Pictures: how one becomes the numbers that a model takes, the same in training and in serving.

A model's signature states it: the size, the mode (L is grey, RGB colour), how it is scaled to the size, and by what its
values are divided. Pillow comes in with the first picture.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from runners.models.errors import ModelInputError

Array = NDArray[Any]
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Formats that are decoded, by Pillow's names: none that runs a program."""
_OF_16_BITS = ("PNG", "PPM")
"""Formats whose whole numbers of Pillow's are of 16 bits."""
MOST_PIXELS = 89_478_485
"""Pixels of one picture, and of all those of a request; an ingestion takes no larger one."""
_ROUNDING = 1e-5
"""By how much the numbers of a picture may be beyond their bounds, as who prepares them may reckon otherwise."""
B64 = "b64"
"""The key under which version 1 of the protocol has bytes by base64."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to a picture: brought to a mode, resampled to a size, its values divided."""

    height: int
    width: int
    channels: int = 1
    resample: str = "bilinear"
    divisor: float = 255

    @property
    def mode(self) -> str:
        """Return Pillow's word for the colours that count."""
        return "L" if self.channels == 1 else "RGB"

    @property
    def values(self) -> int:
        """Return how many numbers a picture is."""
        return self.height * self.width * self.channels

    def as_dict(self) -> Mapping[str, Any]:
        """Return it as a signature tells it."""
        return {**asdict(self), "mode": self.mode}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Read what a signature tells; one of version 1 told the size alone."""
        return cls(**{name: value for name, value in told.items() if name != "mode"})


class NoPicture(ValueError):
    """Bytes that are no picture, or one of too many pixels."""


def prepare(content: bytes, how: Preparation, most_pixels: int = MOST_PIXELS) -> tuple[Array, int]:
    """Decode a picture; return its numbers, by channel, row, column, and how many pixels it had.

    Raises:
        NoPicture: it isn't one that is taken; says why.
    """
    from PIL import Image

    brought, pixels = decoded(content, how.mode, most_pixels)
    if brought.size != (how.width, how.height):
        brought = brought.resize((how.width, how.height), Image.Resampling[how.resample.upper()])
    values = np.asarray(brought, np.float32).reshape(how.height, how.width, how.channels) / how.divisor
    return values.astype(np.float32).transpose(2, 0, 1).ravel(), pixels


def decoded(content: bytes, mode: str, most_pixels: int = MOST_PIXELS) -> tuple[Any, int]:
    """Decode a picture after a look at its header; return it with how many pixels it had.

    Raises:
        NoPicture: it isn't one that is taken; says why.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            pixels = _bounded(image.width * image.height, most_pixels)
            return in_mode(image, mode), pixels
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NoPicture(f"it has more than {MOST_PIXELS} pixels") from None
    except UnidentifiedImageError:
        raise NoPicture(f"it is none of the formats {', '.join(FORMATS)}") from None
    except NoPicture:
        raise
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NoPicture(str(error) or type(error).__name__) from error


def in_mode(image: Any, mode: str) -> Any:
    """Return a picture in a mode of 8 bits: of 16 bits the higher 8 count, where Pillow would make 255 of all above it.

    Raises:
        NoPicture: its values have more bits, so that nobody knows which of them is white.
    """
    from PIL import Image

    if image.mode == "F" or (image.mode == "I" and image.format not in _OF_16_BITS):
        raise NoPicture("its values are of 32 bits, of which none is known to be white: save it with 8 or 16")
    if not image.mode.startswith("I"):
        return image.convert(mode)
    high = np.asarray(image).astype(np.int64) >> 8
    return Image.fromarray(high.clip(0, 255).astype(np.uint8)).convert(mode)


def _bounded(pixels: int, most: int) -> int:
    """Return a number of pixels that isn't too large.

    Raises:
        NoPicture: it is.
    """
    if pixels > most:
        raise NoPicture(f"it has {pixels} pixels, and {most} are left: send fewer or smaller ones")
    return pixels


def is_encoded(values: Any) -> bool:
    """Tell whether a column holds pictures as files have them: bytes, or their base64."""
    first = next(iter(values), None) if hasattr(values, "__iter__") and not isinstance(values, str | bytes) else None
    return isinstance(_alone(first), bytes | str | Mapping)


def prepare_all(name: str, values: Sequence[Any] | Array, how: Preparation) -> Array:
    """Prepare the pictures of a request, one a row.

    Raises:
        ModelInputError: one is no picture, told by its row; or they have too many pixels together.
    """
    left, rows = MOST_PIXELS, []
    for row, value in enumerate(values):
        try:
            numbers, pixels = prepare(_bytes(_alone(value)), how, left)
        except NoPicture as error:
            raise ModelInputError(f"{name} of row {row} is no picture that is taken: {error}", name) from error
        left -= pixels
        rows.append(numbers)
    return np.stack(rows)


def none_missing(name: str, values: Any) -> None:
    """Hold a column of pictures against each row's having one.

    Raises:
        ModelInputError: one hasn't.
    """
    for row, value in enumerate(values if isinstance(values, list | tuple | np.ndarray) else ()):
        if value is None or (isinstance(value, list | tuple | np.ndarray) and _alone(value) is None):
            raise ModelInputError(f"{name} of row {row} is missing: give a picture for each row", name)


def in_range(name: str, numbers: Array, divisor: float) -> None:
    """Hold the numbers of pictures, [N, values], against what files can become.

    Raises:
        ModelInputError: one is beyond, or missing, told by its row.
    """
    most = 255 / divisor
    is_within = (numbers >= -_ROUNDING) & (numbers <= most + _ROUNDING)
    if is_within.all():
        return
    row, place = (int(at[0]) for at in np.nonzero(~is_within))
    found, bounds = numbers[row, place], f"numbers from 0 to {most:g} are taken"
    what = f"lacks the number {place}" if np.isnan(found) else f"holds {found:g}"
    raise ModelInputError(f"{name} of row {row} {what}: {bounds}; 0..255 are divided by {divisor:g}", name)


def _alone(value: Any) -> Any:
    """Take a value out of a list of one, as a tensor of the shape [N, 1] has it."""
    return value[0] if isinstance(value, list | tuple | np.ndarray) and len(value) == 1 else value


def _bytes(value: Any) -> bytes:
    if isinstance(value, Mapping) and value.keys() == {B64}:
        value = value[B64]
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        if isinstance(value, bytes):
            return value  # no picture's own bytes are Base64
        found = "a text that isn't that" if isinstance(value, str) else f"a {type(value).__name__}"
        raise NoPicture(f"give a file's bytes by Base64; it holds {found}") from None
