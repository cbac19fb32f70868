"""What is odd in an image folder: images that look alike, blurred, dark or oddly shaped ones, rare labels.

Images that look alike are found by difference hashes (Krawetz, 2013): 64 bits, of which the hashes of two copies differ
in two at most, so that one of three parts is the same; what shares a part is compared by its sketch.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from runners.counting import counted
from runners.ingest.findings.finding import Finding, in_order
from runners.ingest.findings.manifest import ids_of, rare_labels, some_are
from runners.ingest.images import SKETCH, Picture

FEWEST = 30
"""Images below which none is said to be unlike the others."""
DIFFERING = 2
ALIKE = 0.1
"""How far two sketches may differ on average, as a part of how much one differs in itself."""
BLURRED = 0.02
"""Part of the median sharpness below which an image is blurred."""
DARK, BRIGHT = 0.04, 0.96
ODD_SHAPE = 3.0
"""By which factor the ratio of width to height must be another than the median."""
MANY = 0.01
Hashes = NDArray[np.uint64]


def find_in_images(pictures: Sequence[Picture], hidden: frozenset[str]) -> list[Finding]:
    """Return all that is odd in readable images, the most severe first.

    Args:
        pictures: the images.
        hidden: columns of the manifest that are sensitive.
    """
    return in_order(_all(pictures, hidden)) if pictures else []


def _all(pictures: Sequence[Picture], hidden: frozenset[str]) -> Iterator[Finding]:
    yield from _alike(pictures, hidden)
    blank = [picture for picture in pictures if picture.is_blank]
    yield from _some(
        "blank_images", blank, hidden, what="of one colour only", fix="remove them at the source", answer="drop_blank"
    )
    yield from _unlike(pictures, hidden)
    yield from rare_labels([one.row for one in pictures], hidden, "image")


def _some(
    kind: str, odd: Sequence[Picture], hidden: frozenset[str], *, what: str, fix: str, answer: str | None = None
) -> Iterator[Finding]:
    return some_are(kind, [one.row for one in odd], hidden, noun="image", what=what, fix=fix, answer=answer)


def _unlike(pictures: Sequence[Picture], hidden: frozenset[str]) -> Iterator[Finding]:
    """Find images that are unlike most: only where there are so many that one can say so."""
    seen = [picture for picture in pictures if not picture.is_blank]
    if len(seen) < FEWEST:
        return
    middle = float(np.median([picture.sharpness for picture in seen]))
    blurred = [picture for picture in seen if picture.sharpness < BLURRED * middle]
    look = "look whether a person can tell what they show"
    yield from _some("blurred_images", blurred, hidden, what=f"under {BLURRED:.0%} as sharp as the median", fix=look)
    yield from _dark(seen, hidden)
    shapes = np.log([picture.row["width"] / picture.row["height"] for picture in seen])
    away = np.abs(shapes - np.median(shapes)) > np.log(ODD_SHAPE)
    odd = [picture for picture, is_odd in zip(seen, away, strict=True) if is_odd]
    fix = "crop or pad them: resized to one shape they are squeezed"
    yield from _some(
        "odd_shapes",
        odd,
        hidden,
        what=f"{ODD_SHAPE:g} times as wide or as high as the median",
        fix=fix,
        answer="resize",
    )


def _dark(seen: Sequence[Picture], hidden: frozenset[str]) -> Iterator[Finding]:
    """Find images that are nearly black or white, where images are not so as a rule."""
    odd = [picture for picture in seen if not DARK < picture.brightness < BRIGHT]
    if len(odd) < len(seen) / 10:
        look = "look whether a person can tell what they show"
        yield from _some("odd_brightness", odd, hidden, what="nearly black or nearly white", fix=look)


def _alike(pictures: Sequence[Picture], hidden: frozenset[str]) -> Iterator[Finding]:
    pairs = near_duplicates(pictures)
    twins = [pictures[place] for place in sorted({place for pair in pairs for place in pair})]
    if twins:
        share = len(twins) / len(pictures)
        yield Finding(
            "near_duplicate_images",
            "warning" if share > MANY else "info",
            ("path",),
            f"{counted(len(twins), 'image')} {'looks' if len(twins) == 1 else 'look'} like another ({share:.2%})",
            "keep one of each, lest twins train and test",
            {"images": len(twins), "share": round(share, 6)},
            ids_of([one.row for one in twins], hidden),
        )
    other = [pair for pair in pairs if len({pictures[place].row.get("label") for place in pair}) > 1]
    if other:
        named = [pictures[place] for place in sorted({place for pair in other for place in pair})]
        yield Finding(
            "conflicting_labels",
            "warning",
            ("label",),
            f"{counted(len(named), 'image')} look like another one with a different label",
            "look at them, and move each into the folder of its label",
            {"images": len(named)},
            ids_of([one.row for one in named], hidden),
        )


def near_duplicates(pictures: Sequence[Picture]) -> list[tuple[int, int]]:
    """Return the places of images that look alike, two at a time; those with the same bytes are none."""
    places = [place for place, one in enumerate(pictures) if one.sketch and not one.is_blank]
    if len(places) < 2:
        return []
    sketches = np.array([np.frombuffer(pictures[place].sketch, np.uint8) for place in places], np.float32)
    digests = [pictures[place].row["sha256"] for place in places]
    hashes = _hashes(sketches)
    spreads = sketches.std(axis=1)
    found: set[tuple[int, int]] = set()
    for part in range(3):
        keys = (hashes >> np.uint64(part * 22)) & np.uint64((1 << 22) - 1)
        order = np.lexsort((hashes, keys))
        same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
        left, right = np.minimum(order[same], order[same + 1]), np.maximum(order[same], order[same + 1])
        apart = np.bitwise_count(hashes[left] ^ hashes[right]) <= DIFFERING
        away = np.abs(sketches[left] - sketches[right]).mean(axis=1) <= ALIKE * np.minimum(
            spreads[left], spreads[right]
        )
        found |= {(int(one), int(two)) for one, two in zip(left[apart & away], right[apart & away], strict=True)}
    return sorted((places[one], places[two]) for one, two in found if digests[one] != digests[two])


def _hashes(sketches: NDArray[np.float32]) -> Hashes:
    """Return 64 bits for each sketch: whether each of eight squares in a row is darker than the next one."""
    side = SKETCH // 8
    squares = sketches.reshape(len(sketches), 8, side, 8, side).mean(axis=(2, 4))
    darker = squares < np.roll(squares, -1, axis=2)
    found: Hashes = np.packbits(darker.reshape(len(sketches), 64), axis=1).view(np.uint64).ravel()
    return found
