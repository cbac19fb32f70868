"""What is odd in an image folder."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from runners.ingest.findings.images import find_in_images, near_duplicates
from runners.ingest.images import Picture, look

CHANCE = np.random.default_rng(9)


def scene(seed: int, size: tuple[int, int] = (96, 72)) -> Image.Image:
    """Return an image of soft shapes with some grain, as photos have."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(20, 235, (7, 9), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    grain = chance.normal(0, 6, (size[1], size[0]))
    return Image.fromarray(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8))


def picture(image: Image.Image, name: str, label: str | None = "a", **how: Any) -> Picture:
    data = BytesIO()
    image.save(data, **({"format": "PNG"} | how))
    return look(name, data.getvalue(), {"label": label})


def album(count: int = 60) -> list[Picture]:
    return [picture(scene(seed), f"{seed}.png", "ab"[seed % 2]) for seed in range(count)]


def kinds(pictures: list[Picture], hidden: frozenset[str] = frozenset()) -> dict[str, str]:
    return {one.kind: one.severity for one in find_in_images(pictures, hidden)}


def test_clean_images_raise_nothing() -> None:
    assert kinds(album(400)) == {}
    assert kinds([]) == {}
    assert kinds(album(1)) == {}


def test_copies_in_another_format_size_or_light_look_alike_and_are_the_only_ones() -> None:
    pictures, first = album(), scene(3)
    changed = [
        picture(first, "jpg", "b", format="JPEG", quality=70),
        picture(first.resize((192, 144), Image.Resampling.BICUBIC), "large", "b"),
        picture(Image.eval(first, lambda light: min(255, light + 4)), "light", "b"),
    ]
    found = near_duplicates([*pictures, *changed])
    assert {place for pair in found for place in pair} == {3, 60, 61, 62}
    assert kinds([*pictures, *changed])["near_duplicate_images"] == "warning"
    assert "conflicting_labels" not in kinds([*pictures, *changed])
    other = picture(first, "other.jpg", "a", format="JPEG")
    assert kinds([*pictures, other])["conflicting_labels"] == "warning"


def test_the_same_bytes_are_no_near_duplicate_as_they_are_refused_anyway() -> None:
    pictures = album(40)
    assert near_duplicates([*pictures, pictures[0]]) == []


@pytest.mark.parametrize(
    ("kind", "image"),
    [
        ("blank_images", Image.new("L", (96, 72), 120)),
        ("blurred_images", scene(999).filter(ImageFilter.GaussianBlur(6))),
        ("odd_brightness", Image.fromarray(np.asarray(scene(998)) // 40)),
        ("odd_shapes", scene(997, (400, 60))),
    ],
)
def test_what_is_unlike_the_others_is_told_by_name(kind: str, image: Image.Image) -> None:
    pictures = [*album(), picture(image, "odd.png")]
    found = {one.kind: one for one in find_in_images(pictures, frozenset())}
    assert found[kind].examples == ("odd.png",)
    hidden = {one.kind: one for one in find_in_images(pictures, frozenset({"id", "label"}))}
    assert hidden[kind].examples == ()


def test_a_rare_label_is_told() -> None:
    pictures = [picture(scene(seed), f"{seed}", "rare" if seed < 8 else "common") for seed in range(60)]
    told = {one.kind: one.what for one in find_in_images(pictures, frozenset())}
    assert "label rare" in told["class_imbalance"]
    assert "rare" not in find_in_images(pictures, frozenset({"label", "id"}))[0].what


def test_the_order_of_images_makes_no_difference() -> None:
    pictures = [*album(40), picture(scene(3), "x.jpg", format="JPEG"), picture(Image.new("L", (9, 9)), "blank")]
    shuffled = [pictures[place] for place in CHANCE.permutation(len(pictures))]
    told = [one.as_json() for one in find_in_images(pictures, frozenset())]
    assert told == [one.as_json() for one in find_in_images(shuffled, frozenset())]
    assert len(told) == 3
