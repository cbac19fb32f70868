"""Texts as points: near where they say the same, the same each time, whatever a text holds."""

import numpy as np

from runners.monitor.embedding import DIMENSIONS, embedding, words_of

RANDOM = np.random.default_rng(0)
PETS = ["cat", "dog", "bird", "fish", "feed", "walk", "sleep", "fur", "collar", "vet"]
CARS = ["engine", "wheel", "brake", "road", "drive", "fuel", "oil", "gear", "seat", "horn"]


def texts(count: int, words: list[str]) -> list[str]:
    return [" ".join(RANDOM.choice(words, 12)) for _ in range(count)]


def test_texts_of_one_subject_lie_together() -> None:
    made = embedding(texts(100, PETS) + texts(100, CARS))
    pets, cars = made.points(texts(50, PETS)), made.points(texts(50, CARS))
    middles = pets.mean(axis=0), cars.mean(axis=0)
    assert np.linalg.norm(middles[0] - middles[1]) > 2 * np.linalg.norm(pets - middles[0], axis=1).mean() / 2
    assert pets.shape == (50, DIMENSIONS + 1)


def test_what_no_known_text_says_lies_beside_all_directions() -> None:
    made = embedding(texts(200, PETS))
    assert made.points(["zzz yyy xxx www"])[0, -1] > 0.95
    assert made.points(texts(20, PETS))[:, -1].max() < 0.95


def test_the_same_texts_give_the_same_points() -> None:
    known = texts(60, PETS)
    assert np.array_equal(embedding(known).points(known), embedding(known).points(known))


def test_any_text_has_a_point() -> None:
    odd = ["", "!!!", "\0", "\ud800 half", "a" * 10_000, "配達が遅れて", "  \n\t"]
    assert np.isfinite(embedding(odd).points(odd)).all()
    assert np.isfinite(embedding(["same"] * 30).points(odd)).all()


def test_scripts_without_spaces_are_read_by_pairs_of_signs() -> None:
    assert list(words_of("Der Hund 配達が")) == ["der", "hund", "配達", "達が"]
