"""Handwritten digits as PNG files, with the Label Studio exports of three simulated annotators.

The 1,797 pictures of 8 x 8 pixels ship in scikit-learn (Alpaydin & Kaynak, 1998, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49). Nobody annotated them for this sample: the answers are drawn from the true labels by
chance, with an error rate for each annotator, and that is said beside them.
"""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from runners.samples.installed import shipped

SIDE = 8
"""Pixels on each side of a picture."""
_WHITEST = 16
_PROJECT = 1


class Annotator(NamedTuple):
    """A simulated annotator: the shares of examples answered wrongly, and skipped."""

    name: str
    errors: float
    skips: float


ANNOTATORS = (
    Annotator("annotator-1", errors=0.02, skips=0.04),
    Annotator("annotator-2", errors=0.06, skips=0.08),
    Annotator("annotator-3", errors=0.15, skips=0.12),
)
"""Who answers in the sample. No two skip the same example, so that each has two answers at least."""

LOOK_ALIKES = {0: 6, 1: 7, 2: 3, 3: 8, 4: 9, 5: 6, 6: 5, 7: 1, 8: 3, 9: 4}
"""What a digit is taken for in two of three mistakes."""

README = """\
Handwritten digits, a sample.

images/       1,797 pictures of 8 x 8 pixels that ship in scikit-learn (UCI Machine Learning Repository, "Optical
              Recognition of Handwritten Digits", https://doi.org/10.24432/C50P49).
annotations/  Label Studio JSON exports. The annotators are SIMULATED: their answers are drawn by chance from the true
              labels, seed {seed}. No person gave them. Their error rates and the shares that they skip:

{annotators}
"""


def digits(folder: Path, *, seed: int = 7) -> int:
    """Write the pictures, the annotators' exports and a README to a folder; return the number of pictures.

    Files that are there already are written over, with the same bytes for the same seed.

    Raises:
        FileNotFoundError: scikit-learn isn't installed.
    """
    pictures, labels = _shipped_digits()
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "annotations").mkdir(exist_ok=True)
    names = [f"{number:04}.png" for number in range(len(pictures))]
    for name, picture in zip(names, pictures, strict=True):
        _write_png(folder / "images" / name, picture)
    for number, (annotator, skipped) in enumerate(_skipped(len(names), seed).items(), 1):
        tasks = _export(annotator, number, dict(zip(names, labels, strict=True)), skipped, seed)
        (folder / "annotations" / f"{annotator.name}.json").write_text(json.dumps(tasks, indent=1), "utf-8")
    table = "\n".join(f"    {a.name}: {a.errors:.0%} wrong, {a.skips:.0%} skipped" for a in ANNOTATORS)
    (folder / "README.txt").write_text(README.format(seed=seed, annotators=table), "utf-8")
    return len(names)


def _shipped_digits() -> tuple[list[bytes], list[int]]:
    file = shipped("sklearn", "datasets/data/digits.csv.gz", extra="local")
    with gzip.open(file, "rt", encoding="ascii") as lines:
        rows = [[int(float(cell)) for cell in row] for row in csv.reader(lines)]
    pictures = [bytes(value * 255 // _WHITEST for value in row[: SIDE * SIDE]) for row in rows]
    return pictures, [row[SIDE * SIDE] for row in rows]


def _write_png(path: Path, pixels: bytes) -> None:
    from PIL import Image

    Image.frombytes("L", (SIDE, SIDE), pixels).save(path, format="PNG")


def _skipped(count: int, seed: int) -> Mapping[Annotator, frozenset[int]]:
    """Deal out who skips what: every annotator another slice of one shuffled order."""
    order = list(range(count))
    Random(f"skips-{seed}").shuffle(order)
    slices: dict[Annotator, frozenset[int]] = {}
    for annotator in ANNOTATORS:
        share = round(annotator.skips * count)
        slices[annotator], order = frozenset(order[:share]), order[share:]
    return slices


def _export(
    annotator: Annotator, number: int, labels: Mapping[str, int], skipped: frozenset[int], seed: int
) -> list[dict[str, Any]]:
    """Return one annotator's export in Label Studio's JSON format (https://labelstud.io/guide/export)."""
    chance = Random(f"{annotator.name}-{seed}")
    tasks = []
    for index, (name, label) in enumerate(labels.items()):
        answer = _answer(label, annotator.errors, chance)
        annotation = {
            "id": number * 10_000 + index,
            "completed_by": {"id": number, "email": f"{annotator.name}@simulated.invalid"},
            "was_cancelled": index in skipped,
            "ground_truth": False,
            "result": [] if index in skipped else [_choice(answer, f"{number}-{index}")],
        }
        data = {"image": f"/data/local-files/?d=digits/images/{name}"}
        tasks.append({"id": index + 1, "project": _PROJECT, "data": data, "annotations": [annotation]})
    return tasks


def _answer(label: int, errors: float, chance: Random) -> int:
    """Draw an answer; the same draws are made whether it is right or wrong, so that annotators stay comparable."""
    is_wrong, is_alike, other = chance.random() < errors, chance.random() < 2 / 3, chance.randrange(9)
    if not is_wrong:
        return label
    others: Sequence[int] = [digit for digit in range(10) if digit != label]
    return LOOK_ALIKES[label] if is_alike else others[other]


def _choice(answer: int, identifier: str) -> dict[str, Any]:
    value = {"choices": [str(answer)]}
    return {"id": identifier, "from_name": "digit", "to_name": "image", "type": "choices", "value": value}
