"""Merged answers as Label Studio's JSON: tasks with one annotation each, to be imported and looked at again.

Relations aren't written: they are merged without what their spans are called.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from runners.label.brush import packed
from runners.label.formats.written import Asked, File, Settled, size_of
from runners.label.masks import mask_in, pixels_of
from runners.label.regions import Region

_KINDS = {
    "boxes": ("rectanglelabels", "image"),
    "polygons": ("polygonlabels", "image"),
    "masks": ("brushlabels", "image"),
    "points": ("keypointlabels", "image"),
    "spans": ("labels", "text"),
    "segments": ("labels", "audio"),
    "label": ("choices", "text"),
    "labels": ("choices", "text"),
    "text": ("textarea", "text"),
}
"""What Label Studio calls the results of each kind of answer, and what the object tag is called that they are of."""


def write_label_studio(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all tasks."""
    tasks = [told for _, told in asked.each(settled, lambda one: _task(one, asked))]
    yield "labels.label-studio.json", msgspec.json.encode(tasks) + b"\n"


def _task(one: Settled, asked: Asked) -> dict[str, Any]:
    kind, of = _KINDS[asked.answer]
    whose = {"from_name": asked.question, "to_name": of, "type": kind}
    results: list[dict[str, Any]] = []
    if asked.answer in ("label", "labels"):
        results = [{**whose, "id": "0", "value": {"choices": list(one.labels)}}]
    elif asked.answer == "text":
        results = [{**whose, "id": "0", "value": {"text": list(one.labels)}}]
    for place, region in enumerate(one.regions):
        value = {**_value(region, asked.answer), kind: [region.label]}
        results.append({**whose, "id": str(place), **_size(one, region, asked.answer), "value": value})
        if region.text:
            text = {"from_name": "transcript", "to_name": of, "type": "textarea", "value": {"text": [region.text]}}
            results.append({**text, "id": str(place)})
    data = {"id": one.name, of: str(one.name) if one.text is None else one.text}
    return {"data": data, "annotations": [{"result": results, "ground_truth": False}]}


def object_of(answer: str) -> str:
    """Return what the object tag is called that answers of a kind are of."""
    return _KINDS[answer][1]


def values_of(one: Settled, answer: str) -> list[Any]:
    """Return what was merged for an example, as the short form lists it.

    Raises:
        Unsayable: a picture's size isn't known.
    """
    if not one.regions:
        return list(one.labels)
    kind, _ = _KINDS[answer]
    return [
        {**_value(region, answer), kind: [region.label], **_size(one, region, answer)}
        | ({"text": region.text} if region.text else {})
        for region in one.regions
    ]


def _size(one: Settled, region: Region, answer: str) -> dict[str, int]:
    if _KINDS[answer][1] != "image":
        return {}
    width, height = mask_in(region.place)[:2] if answer == "masks" else size_of(one)
    return {"original_width": width, "original_height": height}


def _value(region: Region, answer: str) -> dict[str, Any]:
    if answer == "masks":
        pixels = pixels_of(mask_in(region.place)).ravel()
        return {"format": "rle", "rle": packed(np.repeat(pixels.astype(np.uint8) * 255, 4))}
    if answer == "spans":
        return {"start": int(region.place[0]), "end": int(region.place[1])}
    if answer == "segments":
        return {"start": region.place[0], "end": region.place[1], "channel": 0}
    numbers = [round(100 * number, 6) for number in region.place]
    if answer == "points":
        return {"x": numbers[0], "y": numbers[1], "width": 0.5}
    if answer == "polygons":
        return {"points": [list(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)], "closed": True}
    left, top, right, bottom = numbers
    return {"x": left, "y": top, "width": right - left, "height": bottom - top, "rotation": 0}
