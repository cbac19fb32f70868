"""Label Studio's brush: its packed pictures, made here bit by bit as the packing is told."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from runners.contract import InputError
from runners.label import brush
from runners.label.brush import brushed, unpacked

WIDTHS = (3, 4, 8, 16)


def packed(numbers: list[int], *, literal: bool = False, count: int | None = None, wide: int = 8) -> list[int]:
    """Pack numbers: runs of equal ones, or all as they are."""
    bits = f"{len(numbers) if count is None else count:032b}{wide - 1:05b}" + "".join(
        f"{one - 1:04b}" for one in WIDTHS
    )
    at = 0
    while at < len(numbers):
        end = at + 1
        while not literal and end < len(numbers) and numbers[end] == numbers[at] and end - at < 2**16:
            end += 1
        end = min(len(numbers), at + 300) if literal else end
        place = next(place for place, width in enumerate(WIDTHS) if end - at - 1 < 2**width)
        told = numbers[at:end] if literal else numbers[at : at + 1]
        bits += f"{int(not literal)}{place:02b}{end - at - 1:0{WIDTHS[place]}b}" + "".join(
            f"{n:0{wide}b}" for n in told
        )
        at = end
    bits += "0" * (-len(bits) % 8)
    return [int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)]


def value(pixels: np.ndarray, **more: Any) -> dict[str, Any]:
    """Return what Label Studio's brush leaves: a picture of four channels, the last of which is the mask."""
    height, width = pixels.shape
    channels = np.repeat((pixels * 255).astype(np.uint8)[:, :, None], 4, axis=2)
    told = {"format": "rle", "rle": packed(channels.ravel().tolist()), "brushlabels": ["cat"]}
    return {**told, "original_width": width, "original_height": height, **more}


@given(arrays.arrays(np.uint8, st.integers(0, 700), elements=st.sampled_from([0, 3, 255])), st.booleans())
@settings(max_examples=50, deadline=None)
def test_what_is_packed_is_unpacked(numbers: np.ndarray, literal: bool) -> None:
    told = np.array(packed(numbers.tolist(), literal=literal), np.uint8)
    assert np.array_equal(unpacked(told, len(numbers), "here"), numbers)


@given(arrays.arrays(np.uint8, st.integers(0, 700), elements=st.sampled_from([0, 255])))
@settings(max_examples=50, deadline=None)
def test_numbers_are_packed_as_label_studio_does(numbers: np.ndarray) -> None:
    assert brush.packed(numbers) == packed(numbers.tolist())


def test_a_mask_is_what_is_opaque() -> None:
    pixels = np.zeros((4, 9), np.bool_)
    pixels[1:3, 2:8] = True
    assert np.array_equal(brushed(value(pixels), "here"), pixels)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (packed([0] * 15), "15 numbers, and its picture 16"),
        (packed([0] * 16)[:8], "runs end too early"),
        ([], "runs end too early"),
        (packed([0] * 16 + [1], count=16)[:-1] + [255] * 9, None),
        (packed([0] * 15 + [1] * 9, count=16), "longer than its picture"),
        (packed([0] * 16, wide=9), "numbers of 9 bits"),
    ],
)
def test_what_is_damaged_is_refused_in_words(numbers: list[int], told: str | None) -> None:
    if told is None:
        assert not unpacked(np.array(numbers, np.uint8), 16, "here").any()
        return
    with pytest.raises(InputError, match=told) as caught:
        unpacked(np.array(numbers, np.uint8), 16, "e.json[0] task 1")
    assert caught.value.fix


def test_a_picture_of_many_pixels_is_not_made_from_a_few_bytes() -> None:
    with pytest.raises(InputError, match="100,000 by 100,000 pixels"):
        brushed({"original_width": 100_000, "original_height": 100_000, "rle": [0]}, "here")
