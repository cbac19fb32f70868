"""Merged labels in the formats of other tools: which examples are told, with what, in which files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from runners.contract import label_sets
from runners.label import regions
from runners.label.examples import read_picture, read_sizes, read_texts
from runners.label.formats.writing import write_format
from runners.label.formats.written import Asked, Settled
from runners.label.marks import marking_of
from runners.label.overlays import DRAWN, MOST_SHOWN, SIDE, WRITTEN, Disputed, draw_disputes
from runners.label.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Shown:
    """What annotators were shown: the URL of a dataset's folder, and the column that names its examples."""

    url: str
    identifier: str


def write_all(params: Parameters, used: Iterable[tuple[Any, str]], folder: Path, shown: Shown) -> dict[str, Any]:
    """Write the used labels in every format that is asked for; boxes of pictures as COCO's in any case.

    Args:
        params: which formats are asked for.
        used: each example that has a label, and that as a text.
        folder: where the files are written.
        shown: what the annotators were shown.

    Returns:
        What became of each format.

    Raises:
        InputError: the dataset doesn't have the texts.
        SourceUnavailable: the dataset is out of reach.
    """
    asked = params.write.formats if params.write else ()
    sizes = read_sizes(shown.url) if asked or params.answer == "boxes" else {}
    if params.answer == "boxes" and sizes:
        asked = tuple(dict.fromkeys(("coco", *asked)))
    if not asked:
        return {}
    column = params.write.text if params.write else None
    texts = read_texts(shown.url, shown.identifier, column) if column else {}
    settled = [
        _settled(params.answer, example, label)._replace(size=sizes.get(example), text=texts.get(example))
        for example, label in used
    ]
    asking = params.exports or params.campaign
    question = (asking.question if asking else None) or "label"
    return {format_: write_format(format_, settled, Asked(params.answer, question), folder) for format_ in asked}


def draw_disputed(
    answer: str, disputed: Iterable[tuple[Any, float, Mapping[str, str]]], path: Path, shown: Shown
) -> None:
    """Draw the first disputes where answers are labels of pictures, or mark them, and their sizes are known.

    Args:
        answer: what an answer is.
        disputed: the most disputed examples with their confidence, and what each annotator said.
        path: where the picture is written.
        shown: what the annotators were shown.

    Raises:
        SourceUnavailable: the dataset is out of reach.
    """
    first = list(islice(disputed, MOST_SHOWN))
    sizes = read_sizes(shown.url) if answer in (*DRAWN, *WRITTEN) and first else {}
    found = []
    for example, confidence, answers in first:
        if (size := sizes.get(example)) is not None:
            said = {name: _said(answer, text) for name, text in answers.items()}
            picture = read_picture(shown.url, str(example), size, SIDE)
            found.append(Disputed(str(example), confidence, said, picture, size.width / size.height))
    if found:
        draw_disputes(path, found, answer)


def _said(answer: str, text: str) -> regions.Regions | str:
    """Return what an answer marks, or its labels as they are written below a picture."""
    if answer in DRAWN:
        return regions.regions_in(text)
    return ", ".join(label_sets.labels_in(text)) or "none" if answer == "labels" else text


def _settled(answer: str, example: Any, label: str) -> Settled:
    if marking_of(answer):
        return Settled(example, regions=regions.regions_in(label))
    return Settled(example, labels=label_sets.labels_in(label) if answer == "labels" else [label])
