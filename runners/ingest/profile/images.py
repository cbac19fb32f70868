"""The profile of an image folder: counts, sizes, formats, brightness, labels, and a sheet of examples."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runners.counting import counted
from runners.drawing import new_figure, save
from runners.ingest.images import Picture, thumbnail
from runners.ingest.profile.pictures import draw_bars, draw_histogram, title
from runners.ingest.profile.preparations import IMBALANCE, preparation
from runners.ingest.profile.statistics import QUANTILES, histogram, rounded
from runners.tables.summary.moments import moments_of

MOST_SHOWN = 20
_SHEET = 24
_SIDE = 64


_COLUMNS = {
    "formats": ("format",),
    "sizes": ("width", "height"),
    "aspect": ("width", "height"),
    "bytes": ("bytes",),
    "labels": ("label",),
}
"""The columns that a part of a profile tells the values of."""


def profile_images(pictures: Sequence[Picture], sensitive: Collection[str] = ()) -> dict[str, Any]:
    """Return the profile of readable images, as JSON; of sensitive columns it tells no value."""
    sizes = Counter(f"{p.row['width']} x {p.row['height']}" for p in pictures)
    modes, formats = Counter(p.mode for p in pictures), Counter(p.row["format"] for p in pictures)
    labels = Counter(p.row["label"] for p in pictures if p.row.get("label"))
    profile: dict[str, Any] = {
        "format": 1,
        "kind": "images",
        "rows": len(pictures),
        "identifier": {"column": "id", "duplicates": 0, "missing": 0},
        "sizes": most(sizes),
        "formats": most(formats),
        "modes": most(modes),
        "bytes": spread([p.row["bytes"] for p in pictures], whole=True),
        "brightness": spread([p.brightness for p in pictures], whole=False),
        "sharpness": spread([p.sharpness for p in pictures], whole=False),
        "aspect": spread([p.row["width"] / p.row["height"] for p in pictures], whole=False),
        "blank": sum(p.is_blank for p in pictures),
    }
    if any("label" in p.row for p in pictures):
        profile["labels"] = most(labels)
    for part in (part for part in _COLUMNS if part in profile):
        if not set(sensitive).isdisjoint(_COLUMNS[part]):
            profile[part] = hidden_part(profile[part])
    return profile | {"preparations": _preparations(pictures, labels, profile)}


def hidden_part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a profile without values: how many there are that differ, where they are counted."""
    return {"distinct": part["distinct"], "top": [], "sensitive": True} if "distinct" in part else {"sensitive": True}


def most(counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the most frequent values, and how many differ."""
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_SHOWN]
    return {"distinct": len(counts), "top": [{"value": value, "count": count} for value, count in first]}


def spread(values: Iterable[float], *, whole: bool) -> dict[str, Any]:
    """Return how numbers are spread; nothing where there are none."""
    numbers = np.array(list(values), np.float64)
    if not numbers.size:
        return {}
    moments = moments_of(numbers)
    quantiles = zip(QUANTILES, np.quantile(numbers, QUANTILES), strict=True)
    return {
        "minimum": rounded(moments.minimum),
        "maximum": rounded(moments.maximum),
        "mean": rounded(moments.mean),
        "std": rounded(moments.std),
        "quantiles": {f"{quantile:g}": rounded(value) for quantile, value in quantiles},
        "histogram": histogram(numbers, len(set(numbers.tolist())), whole=whole),
    }


def _preparations(
    pictures: Sequence[Picture], labels: Mapping[str, int], profile: Mapping[str, Any]
) -> list[dict[str, Any]]:
    found = []
    if profile["sizes"]["distinct"] > 1:
        first = [
            f"; the most frequent is {t['value']} ({counted(t['count'], 'image')})" for t in profile["sizes"]["top"]
        ]
        reason = f"{profile['sizes']['distinct']} sizes{''.join(first[:1])}"
        found.append(preparation("resize", ["width", "height"], reason))
    if profile["modes"]["distinct"] > 1:
        modes = ", ".join(f"{mode['value']} {mode['count']:,}" for mode in profile["modes"]["top"])
        found.append(preparation("unify_modes", ["path"], f"the images have different pixel formats: {modes}"))
    if pictures:
        mean, std = profile["brightness"]["mean"], profile["brightness"]["std"]
        found.append(
            preparation("scale", ["path"], f"pixels are whole numbers; mean brightness {mean:.3f} ± {std:.3f}")
        )
    if blank := profile["blank"]:
        reason = f"{counted(blank, 'image')} {'has' if blank == 1 else 'have'} one colour only"
        found.append(preparation("drop_blank", ["path"], reason))
    return found + rare_label(labels, "images", profile)


def rare_label(labels: Mapping[str, int], nouns: str, profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is to be done about a label that few files have; nothing where all have enough."""
    total, classes = sum(labels.values()), len(labels)
    if classes < 2 or min(labels.values()) >= IMBALANCE / (classes - 1) * total:
        return []
    rarest = min(labels, key=lambda label: (labels[label], label))
    name = f"class {rarest}" if "sensitive" not in profile.get("labels", ()) else "one class"
    reason = f"{name} has {labels[rarest] / total:.1%} of the {nouns}, of {classes} classes"
    return [preparation("balance_classes", ["label"], reason)]


def draw_images(pictures: Sequence[Picture], profile: Mapping[str, Any], folder: Path, path: Path) -> None:
    """Draw a sheet of examples, and beside it the brightness, and the labels or the sizes."""
    figure = new_figure(12, 3.4)
    grid = figure.add_gridspec(2, 3, width_ratios=(2, 1, 1))
    sheet = figure.add_subplot(grid[:, 0])
    sheet.set_axis_off()
    sheet.set_title(counted(len(pictures), "image"), loc="left", fontsize=8, pad=3)
    if pictures:
        sheet.imshow(_sheet(pictures, folder), interpolation="nearest")
    panels = [("brightness", grid[0, 1]), ("bytes", grid[0, 2]), ("sizes", grid[1, 1])]
    for name, cell in [*panels, ("labels" if "labels" in profile else "modes", grid[1, 2])]:
        panel = figure.add_subplot(cell)
        if profile[name].get("histogram"):
            draw_histogram(panel, profile[name]["histogram"])
        elif profile[name].get("top"):
            draw_bars(panel, profile[name]["top"], len(pictures))
        title(panel, name)
    save(figure, path)


def _sheet(pictures: Sequence[Picture], folder: Path) -> Any:
    """Lay examples out in rows, evenly spaced through the album."""
    step = max(1, len(pictures) // _SHEET)
    chosen = pictures[::step][:_SHEET]
    tiles = [
        np.pad(thumbnail(folder / p.row["path"], _SIDE), ((2, 2), (2, 2), (0, 0)), constant_values=255) for p in chosen
    ]
    wide = 8
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % wide)
    rows = [np.hstack(tiles[start : start + wide]) for start in range(0, len(tiles), wide)]
    return np.vstack(rows)
