"""Profiles of image folders."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runners.ingest.images import Picture, look
from runners.ingest.profile.images import draw_images, profile_images


def picture(
    folder: Path, name: str, size: tuple[int, int] = (8, 8), mode: str = "L", label: str | None = None
) -> Picture:
    """Write an image with one bright pixel, and return what is known of it."""
    image = Image.new(mode, size)
    image.putpixel((0, 0), 200 if mode == "L" else (200, 0, 0))
    file = BytesIO()
    image.save(file, format="PNG")
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / name).write_bytes(file.getvalue())
    return look(name, file.getvalue(), {"label": label} if label else {})


def preparations(profile: dict[str, Any]) -> list[str]:
    return [found["name"] for found in profile["preparations"]]


def test_sizes_formats_and_brightness_are_counted(tmp_path: Path) -> None:
    pictures = [picture(tmp_path, "a.png"), picture(tmp_path, "b.png"), picture(tmp_path, "c.png", (4, 4), "RGB")]
    profile = profile_images(pictures)
    assert profile["rows"] == 3
    assert profile["sizes"]["top"] == [{"value": "8 x 8", "count": 2}, {"value": "4 x 4", "count": 1}]
    assert profile["formats"]["top"] == [{"value": "PNG", "count": 3}]
    assert 0 < profile["brightness"]["mean"] < 0.1
    assert sum(profile["bytes"]["histogram"]["counts"]) == 3
    assert preparations(profile) == ["resize", "unify_modes", "scale"]
    assert "labels" not in profile
    json.dumps(profile, allow_nan=False)


def test_labels_are_counted_and_their_imbalance_is_found(tmp_path: Path) -> None:
    pictures = [picture(tmp_path, f"{n}.png", label="cat" if n else "dog") for n in range(20)]
    profile = profile_images(pictures)
    assert profile["labels"]["top"] == [{"value": "cat", "count": 19}, {"value": "dog", "count": 1}]
    assert profile["preparations"][-1]["reason"] == "class dog has 5.0% of the images, of 2 classes"


def test_of_sensitive_columns_no_value_is_told(tmp_path: Path) -> None:
    pictures = [picture(tmp_path, f"{n}.png", (8 + n % 2, 8), label="cat" if n else "dog") for n in range(20)]
    profile = profile_images(pictures, {"label", "width", "format", "bytes"})
    told = json.dumps(profile)
    assert not any(word in told for word in ('"cat', "dog", "8 x 8", "PNG", '"minimum": 7'))
    assert profile["labels"] == {"distinct": 2, "top": [], "sensitive": True}
    assert profile["preparations"][0]["reason"] == "2 sizes"
    assert profile["preparations"][-1]["reason"] == "one class has 5.0% of the images, of 2 classes"
    draw_images(pictures, profile, tmp_path, tmp_path / "sheet.png")


def test_blank_images_are_found() -> None:
    file = BytesIO()
    Image.new("L", (3, 3), 7).save(file, format="PNG")
    assert "drop_blank" in preparations(profile_images([look("x.png", file.getvalue(), {})]))


@pytest.mark.parametrize("count", [0, 1, 9, 60])
def test_any_number_of_images_is_drawn(tmp_path: Path, count: int) -> None:
    pictures = [picture(tmp_path, f"{n}.png", (5 + n % 3, 5), label=str(n % 2)) for n in range(count)]
    draw_images(pictures, profile_images(pictures), tmp_path, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width == 1200
