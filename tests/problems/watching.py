"""Pictures that clients ask about, hour by hour, and the laws of what is said of them: by NumPy and Pillow alone."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image
from scipy.signal import convolve2d

from runners.models import Model
from runners.serve.columns import of_instances
from runners.serve.events import Origin
from runners.serve.payloads import line_of
from runners.serve.request_context import Exchange
from tests.problems.albums import Album
from tests.problems.laws import Tested, same
from tests.problems.playing import Played
from tests.problems.reports import column_is_right
from tests.problems.traffic import HOURS, LEAST, START, TRIAL

MOODS = ("normal", "quiet", "empty", "black")
ROWS, QUIET = 40, 5
LAPLACE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
FIGURES = ("brightness", "contrast", "sharpness")
Array = Any


@dataclass(frozen=True, slots=True)
class Shown:
    """An album whose model is shown pictures for some hours, each in a mood."""

    problem: Album
    moods: tuple[str, ...]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let Hypothesis print it on a few lines."""
        printer.text(repr(self))


def shown(albums: st.SearchStrategy[Album]) -> st.SearchStrategy[Shown]:
    """Draw an album with its traffic."""
    return st.builds(Shown, albums, st.tuples(*[st.sampled_from(MOODS)] * HOURS))


def values_of(content: bytes, told: Mapping[str, Any]) -> Array:
    """Return what a model of a size and of so many channels sees of a file: [channels, height, width], 0 to 1."""
    image = Image.open(BytesIO(content))
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(int) // 256).astype(np.uint8))
    image = image.convert("RGB" if told["channels"] == 3 else "L")
    if image.size != (told["width"], told["height"]):
        image = image.resize((told["width"], told["height"]), Image.Resampling.BILINEAR)
    values = np.asarray(image, np.float32) / 255
    return np.moveaxis(values, -1, 0) if values.ndim == 3 else values[np.newaxis]


def size_of(album: Album) -> dict[str, int]:
    """Return the size and the channels that an album is brought to."""
    sizes = {Image.open(BytesIO(content)).size for content in album.files.values()}
    asked = album.asked.get("size")
    usual = next(iter(sizes)) if len(sizes) == 1 and max(next(iter(sizes))) <= 32 else (32, 32)
    wide, high = (asked, asked) if asked else usual
    return {"width": wide, "height": high, "channels": 3 if album.asked.get("colour") else 1}


def pictures_were_prepared(album: Album, trial: Played) -> None:
    """The signature says to what size pictures are brought, and the test rows are these pictures."""
    tested, files = Tested(trial), album.files
    same(tested.signature["image"], size_of(album), "image")
    for row in tested.rows:
        right = values_of(files[row["id"]], tested.signature["image"]).ravel()
        assert np.allclose(row["image"], right, rtol=0, atol=1e-6), f"{row['id']} was seen as another picture"


def as_sent(content: bytes, name: str) -> dict[str, Any]:
    """Return a picture as a client sends it: its file, by Base64."""
    return {"image": {"b64": base64.b64encode(content).decode()}, "id": name}


def show_hour(told: Shown, hour: int, model: Model, log: Path) -> list[bytes]:
    """Have a model shown pictures for an hour, and log it as its server does; return their files."""
    mood, chance, album = told.moods[hour], Random(hour), told.problem
    count = {"quiet": QUIET, "empty": 0}.get(mood, ROWS)
    names = [chance.choice(tuple(album.files)) for _ in range(count)]
    lines, files, known = [], [], album.files
    for number, name in enumerate(names):
        content = _black() if mood == "black" else known[name]
        columns = model.prepared(of_instances({"instances": [as_sent(content, name)]}, model.signature))
        moment = START + timedelta(hours=hour, seconds=1 + number)
        prediction = model.predict(columns)
        exchange = Exchange(f"{hour}-{number}", columns, prediction, status=200, time=moment.timestamp())
        lines.append(line_of(exchange, Origin("deployments/problem", "r1", TRIAL)))
        files.append(content)
    log.mkdir(exist_ok=True)
    (log / f"{hour}.jsonl").write_bytes(b"".join(lines))
    return files


def _black() -> bytes:
    held = BytesIO()
    Image.new("L", (9, 9)).save(held, "PNG")
    return held.getvalue()


def report_on_pictures_is_right(told: Shown, hour: int, files: Sequence[bytes], trial: Played, played: Played) -> None:
    """Brightness, contrast and sharpness of an hour are the oracle's; what isn't watched is said."""
    report, tested = played.json("report.json"), Tested(trial)
    same(report["rows"], {"logged": len(files), "events": len(files), "failed": 0, "broken": 0}, "rows")
    if len(files) < LEAST:
        assert report["verdict"] == "not_enough_data", report["verdict"]
        return
    columns = {one["name"]: one for one in report["columns"]}
    how = tested.signature["image"]
    before = [figures_of(values_of(told.problem.files[row["id"]], how)) for row in tested.rows]
    after = [figures_of(values_of(content, how)) for content in files]
    for place, figure in enumerate(FIGURES):
        name = f"{figure} of image"
        assert name in columns, f"{name} is neither watched nor named: {list(columns)}, {report['unwatched']}"
        column_is_right(columns[name], [row[place] for row in before], [row[place] for row in after])
    assert any("outcomes" in note.lower() for note in report["notes"]), "that there are no outcomes isn't said"


def figures_of(values: Array) -> list[float]:
    """Return the mean, the deviation, and the variance of the Laplacian of a picture without its colours."""
    grey = values.astype(float).mean(axis=0)
    inner = convolve2d(grey, LAPLACE, mode="valid") if min(grey.shape) >= 3 else np.zeros(1)
    return [float(grey.mean()), float(grey.std()), float(inner.var())]
