"""The picture of disputes: what each annotator marked on the pictures that they agree on least, or said of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from runners.drawing import FAINT, clipped, new_figure, plain, save
from runners.label.masks import mask_in, pixels_of
from runners.label.regions import Region, Regions

MOST_SHOWN = 6
MOST_PEOPLE = 6
MOST_REGIONS = 100
"""Regions of an annotator that are drawn on a picture."""
DRAWN = ("boxes", "polygons", "masks", "points")
"""Answers that are drawn on their pictures."""
WRITTEN = ("label", "labels")
"""Answers that are written below their pictures."""
SIDE = 320
"""Pixels of the longer side of a picture."""
COLOURS = ("#e45756", "#4c78a8", "#54a24b", "#f58518", "#b279a2", "#72b7b2")


class Disputed(NamedTuple):
    """An example in dispute: what each annotator marked or said, its picture if it is there, and how wide it is."""

    name: str
    confidence: float
    answers: Mapping[str, Regions | str]
    picture: Any = None
    ratio: float = 1.0


def draw_disputes(path: Path, disputes: Sequence[Disputed], answer: str) -> None:
    """Draw the first few disputes: regions in a colour of each annotator's own, labels below the pictures."""
    shown = disputes[:MOST_SHOWN]
    people = sorted({name for one in shown for name in one.answers})[:MOST_PEOPLE]
    colours = dict(zip(people, COLOURS, strict=False))
    rows = -(-len(shown) // 3)
    figure = new_figure(9, 3.3 * rows + 0.5)
    panels = figure.subplots(rows, 3, squeeze=False).ravel()
    for panel, one in zip(panels, shown, strict=False):
        _draw(panel, one, colours, answer)
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    if answer not in WRITTEN:
        _tell_colours(figure, panels[0], colours)
    save(figure, path)


def _tell_colours(figure: Figure, panel: Axes, colours: Mapping[str, str]) -> None:
    handles = [panel.plot([], [], color=colour)[0] for colour in colours.values()]
    figure.legend(
        handles, [plain(clipped(name, 24)) for name in colours], loc="outside lower center", ncols=3, fontsize=7
    )


def _draw(panel: Axes, one: Disputed, colours: Mapping[str, str], answer: str) -> None:
    if one.picture is not None:
        panel.imshow(one.picture, extent=(0, 1, 1, 0), aspect="auto", alpha=1.0 if answer in WRITTEN else 0.6)
    panel.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
    panel.set_box_aspect(1 / min(max(one.ratio, 0.2), 5))
    panel.set_title(plain(f"{clipped(one.name, 30)}: {one.confidence:.0%} sure"), fontsize=7)
    said = {name: one.answers[name] for name in colours if name in one.answers}
    texts = [plain(f"{clipped(name, 24)}: {clipped(told, 24)}") for name, told in said.items() if isinstance(told, str)]
    panel.set_xlabel("\n".join(texts), fontsize=7)
    for name, told in said.items():
        for region in () if isinstance(told, str) else told[:MOST_REGIONS]:
            _mark(panel, region, colours[name], answer)
    for spine in panel.spines.values():
        spine.set_color(FAINT)


def _mark(panel: Axes, region: Region, colour: str, answer: str) -> None:
    """Draw one region, and beside it its label."""
    if answer == "masks":
        mask = mask_in(region.place)
        step = -(-max(mask.width, mask.height) // SIDE)
        pixels = pixels_of(mask)[::step, ::step]
        rows, columns = ((np.arange(count) + 0.5) / count for count in pixels.shape)
        if min(pixels.shape) > 1:
            panel.contour(columns, rows, pixels, levels=[0.5], colors=colour, linewidths=1)
        at = (mask.starts[0] % mask.width / mask.width, mask.starts[0] // mask.width / mask.height)
    elif answer == "points":
        at = (region.place[0], region.place[1])
        panel.plot(*at, "o", color=colour, markersize=4)
    else:
        place = region.place
        if answer == "boxes":
            left, top, right, bottom = place
            place = (left, top, right, top, right, bottom, left, bottom)
        at = (place[0], place[1])
        panel.plot([*place[::2], place[0]], [*place[1::2], place[1]], color=colour, linewidth=1)
    panel.annotate(plain(clipped(region.label, 16)), at, fontsize=5, color=colour, annotation_clip=True)
