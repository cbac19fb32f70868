"""Points of pictures: fixed numbers for each size, which differ where brightness and sharpness don't."""

import numpy as np
import pytest

from runners.monitor.image_embedding import FREQUENCIES, embedding

RANDOM = np.random.default_rng(0)
SHAPES = [(1, 1, 1), (1, 1, 2), (1, 2, 2), (1, 3, 40), (1, 8, 8), (3, 32, 32), (3, 5, 64), (4, 8, 8)]


@pytest.mark.parametrize("shape", SHAPES)
def test_pictures_of_a_size_are_points_of_as_many_numbers(shape: tuple[int, int, int]) -> None:
    channels, height, width = shape
    found = [embedding(picture) for picture in (np.zeros(shape), np.ones(shape), RANDOM.random(shape))]
    count = min(height, FREQUENCIES) * min(width, FREQUENCIES) - 1 + 4 + 4 * (channels == 3)
    assert {(point.shape, point.dtype.name) for point in found} == {((count,), "float32")}
    assert all(np.isfinite(point).all() for point in found)


def test_what_is_of_one_colour_is_nowhere_whatever_its_brightness() -> None:
    assert not embedding(np.full((1, 8, 8), 0.3)).any()
    assert not embedding(np.ones((3, 8, 8))).any()
    assert not np.signbit(embedding(np.full((1, 8, 8), 0.3))).any()


def test_a_mirrored_picture_is_another_point_with_the_same_detail() -> None:
    picture = RANDOM.random((1, 8, 8))
    usual, mirrored = embedding(picture), embedding(picture[:, :, ::-1])
    cosines = usual[: FREQUENCIES**2 - 1]
    odd = np.arange(1, FREQUENCIES**2) % FREQUENCIES % 2 == 1
    assert np.allclose(mirrored[: len(cosines)], np.where(odd, -cosines, cosines), atol=2e-4)
    assert np.allclose(mirrored[len(cosines) :][:2], usual[len(cosines) :][:2])


def test_a_turned_picture_has_its_detail_in_the_other_direction() -> None:
    stripes = np.tile(np.arange(8) % 2, (8, 1))[None].astype(float)
    along, down, *slanted = embedding(stripes)[FREQUENCIES**2 - 1 :]
    assert (along, down, slanted) == (1.0, 0.0, [1.0, 1.0])
    assert embedding(stripes.transpose(0, 2, 1))[FREQUENCIES**2 - 1 :][:2].tolist() == [0.0, 1.0]


def test_where_light_lies_is_told_by_the_lowest_frequencies() -> None:
    right = np.zeros((1, 4, 4))
    right[:, :, 2:] = 1.0
    assert embedding(right)[0] == pytest.approx(
        np.mean(np.cos(np.pi * (np.arange(4) + 0.5) / 4) * [0, 0, 1, 1]), abs=1e-4
    )


def test_colours_are_told_apart_where_their_mean_is_the_same() -> None:
    red, blue = np.zeros((3, 4, 4)), np.zeros((3, 4, 4))
    red[0] = blue[2] = 1.0
    assert embedding(red)[-4:].tolist() == [1.0, 0.0, 0.5, 0.0]
    assert embedding(blue)[-4:].tolist() == [0.0, 0.0, -1.0, 0.0]


def test_dust_of_floats_is_no_difference() -> None:
    picture = np.full((3, 8, 8), 0.1)
    assert embedding(picture).tobytes() == embedding(picture + RANDOM.normal(0, 1e-7, picture.shape)).tobytes()
