"""Albums: pictures of every size, mode and format in folders that name their classes, and files that are none."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from tests.problems.columns import Column, column_of
from tests.problems.problem import CHEAP, FAMILIES

MODES: Mapping[str, str] = MappingProxyType(
    {
        "L": "PNG", "RGB": "PNG", "RGBA": "PNG", "P": "PNG", "1": "PNG", "LA": "PNG", "I;16": "PNG",
        "L as JPEG": "JPEG", "RGB as JPEG": "JPEG", "CMYK": "JPEG", "RGB as BMP": "BMP", "P as GIF": "GIF",
        "RGBA as WEBP": "WEBP", "I;16 as TIFF": "TIFF",
    }
)  # fmt: skip
"""The modes of pictures, and the format of their files."""
SIZES = ((8, 8), (1, 1), (2, 3), (9, 7), (33, 20))
CODINGS = (("no", "yes"), ("0", "1"), ("false", "true"), ("größe, x", "b c"), ("1", "2", "10"), ("low", "mid", "high"))
ODDITIES = ("broken", "empty", "no picture", "duplicate", "icon")
"""Files that aren't accepted: half of one, an empty one, a text, one twice, and one that no endpoint takes."""
TORCH = {"epochs": 2, "channels": [2], "hidden": 4, "batch_size": 16}
TARGET = "label"


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures whose classes are their folders: `modes` and `sizes` are dealt to them by the seed."""

    classes: tuple[str, ...]
    rows: int
    modes: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    family: str
    asked: Mapping[str, Any]
    seed: int
    oddities: tuple[str, ...] = ()
    is_packed: bool = False
    target: str = field(default=TARGET, repr=False)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))

    @property
    def task(self) -> str:
        """Return what the classes are."""
        return "binary" if len(self.classes) == 2 else "multiclass"

    @property
    def runner(self) -> str:
        """Return what trains it."""
        return "torch-images" if self.family == "torch" else "images"

    @property
    def params(self) -> Mapping[str, Any]:
        """Return the trial's own values."""
        own = TORCH if self.family == "torch" else {"model": self.family, **CHEAP.get(self.family, {})}
        return {**own, **self.asked}

    @property
    def files(self) -> Mapping[str, bytes]:
        """Return the pictures by their names; after its end each file has its number, so that no two are the same."""
        chance = Random(self.seed)
        dealt = (self._dealt(number, chance) for number in range(self.rows))
        return {f"{label}/{number:03}{suffix}": content for number, (label, suffix, content) in enumerate(dealt)}

    def _dealt(self, number: int, chance: Random) -> tuple[str, str, bytes]:
        place, mode = number % len(self.classes), chance.choice(self.modes)
        size, tone = chance.choice(self.sizes), 40 + 160 * place // len(self.classes)
        return self.classes[place], f".{MODES[mode].lower()}", drawn(mode, size, tone, number) + str(number).encode()

    def column(self, name: str) -> Column:
        """Return the column of the classes, as a problem has it."""
        return column_of(name, "category", [path.split("/")[0] for path in sorted(self.files)])


def drawn(mode: str, size: tuple[int, int], tone: int, seed: int) -> bytes:
    """Return a picture's file: noise about a tone from 0 to 255."""
    wide, high = size
    noise = np.random.default_rng(seed).normal(tone, 20, (high, wide, 4)).clip(1, 255).astype(np.uint8)
    plain = mode.partition(" as ")[0]
    if plain == "I;16":
        image = Image.fromarray(noise[:, :, 0].astype(np.uint16) * 256 + 7)
    else:
        image = Image.fromarray(noise, "RGBA") if plain == "RGBA" else Image.fromarray(noise[:, :, :3]).convert(plain)
    held = BytesIO()
    image.save(held, MODES[mode])
    return held.getvalue()


def odd_files(album: Album) -> Mapping[str, bytes]:
    """Return what isn't accepted of an album, by names that come after those of the pictures."""
    first, label, icon = next(iter(album.files.values())), album.classes[0], BytesIO()
    Image.new("RGBA", (16, 16)).save(icon, "ICO")
    contents = (first[: len(first) // 2], b"", b"no picture", first, icon.getvalue())
    told = dict(zip(ODDITIES, contents, strict=True))
    return {f"{label}/z {name}.png": told[name] for name in album.oddities}


def write_album(files: Mapping[str, bytes], folder: Path, *, is_packed: bool) -> dict[str, Any]:
    """Write pictures into a folder, or a ZIP file; return the spec's `source`."""
    told = {"format": "images", "label_from": "folder"}
    if is_packed:
        with zipfile.ZipFile(folder / "album.zip", "w") as pack:
            for name, content in files.items():
                pack.writestr(name, content)
        return {"files": {"url": f"zip://::{folder / 'album.zip'}", **told}}
    for name, content in files.items():
        path = folder / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return {"files": {"url": str(folder / "album"), **told}}


@st.composite
def albums(draw: st.DrawFn, families: Sequence[str] = ()) -> Album:
    """Draw an album with what is asked of its trial."""
    classes = draw(st.sampled_from(CODINGS))
    modes = tuple(draw(st.lists(st.sampled_from(tuple(MODES)), min_size=1, max_size=4, unique=True)))
    sizes = tuple(draw(st.lists(st.sampled_from(SIZES), min_size=1, max_size=3, unique=True)))
    family = draw(st.sampled_from(families or FAMILIES["binary"]))
    asked = draw(st.sampled_from(({}, {"size": 4}, {"colour": True}, {"size": 11, "colour": True})))
    oddities = draw(st.sampled_from(((), ODDITIES, *((one,) for one in ODDITIES))))
    return Album(classes, 48, modes, sizes, family, asked, draw(st.integers(0, 3)), oddities, draw(st.booleans()))
