"""Boxes: what they share, which match, and what several annotators' become."""

import itertools
from random import Random

import numpy as np
import pytest

from runners.label.boxes import box_of, f1_of_boxes, matches, merge_boxes, overlaps
from runners.label.regions import Region


def boxes(*told: tuple[float, ...], label: str = "cat") -> list[Region]:
    return [Region(label, place) for place in told]


@pytest.mark.parametrize(
    ("left", "right", "shared"),
    [
        ((0, 0, 0.2, 0.2), (0, 0, 0.2, 0.2), 1),
        ((0, 0, 0.2, 0.2), (0.1, 0, 0.3, 0.2), 1 / 3),
        ((0, 0, 0.2, 0.2), (0.1, 0.1, 0.3, 0.3), 1 / 7),
        ((0, 0, 0.2, 0.2), (0.2, 0, 0.3, 0.2), 0),
        ((0, 0, 0.4, 0.4), (0.1, 0.1, 0.3, 0.3), 1 / 4),
    ],
)
def test_boxes_share_their_intersection_by_their_union(
    left: tuple[float, ...], right: tuple[float, ...], shared: float
) -> None:
    assert overlaps(np.array([left]), np.array([right]))[0, 0] == pytest.approx(shared)


@pytest.mark.parametrize("seed", range(10))
def test_no_other_matching_shares_more(seed: int) -> None:
    chance = np.random.default_rng(seed)

    def drawn() -> np.ndarray:
        corners = chance.uniform(0, 0.12, (4, 2))
        return np.hstack([corners, corners + chance.uniform(0.3, 0.5, (4, 2))])

    left, right = drawn(), drawn()
    shared = overlaps(left, right)
    counted = np.where(shared >= 0.5, shared, 0)
    best = max(
        sum(counted[row, column] for row, column in enumerate(order)) for order in itertools.permutations(range(4))
    )
    found = matches(left, right)
    assert sum(shared[row, column] for row, column in found) == pytest.approx(best)
    assert all(shared[row, column] >= 0.5 for row, column in found)


def test_answers_agree_by_boxes_of_one_label() -> None:
    one = boxes((0, 0, 0.2, 0.2), (0.5, 0.5, 0.9, 0.9))
    assert f1_of_boxes(one, one) == 1
    assert f1_of_boxes(one, boxes((0, 0, 0.2, 0.21))) == pytest.approx(2 / 3)
    assert f1_of_boxes(one, boxes((0, 0, 0.2, 0.2), label="dog")) == 0
    assert f1_of_boxes([], []) == 1
    assert f1_of_boxes(one, []) == 0


def test_boxes_of_one_thing_are_fused_to_their_mean() -> None:
    answers = [boxes((0.1, 0.1, 0.3, 0.3)), boxes((0.12, 0.1, 0.3, 0.32)), boxes((0.11, 0.13, 0.33, 0.31))]
    found, sure = merge_boxes(answers)
    assert found is not None
    assert found[0].place == pytest.approx((0.11, 0.11, 0.31, 0.31))
    assert (len(found), sure) == (1, 1)


def test_a_box_of_most_is_kept_and_one_of_few_is_not() -> None:
    cat, far = (0.1, 0.1, 0.3, 0.3), (0.6, 0.6, 0.8, 0.8)
    found, sure = merge_boxes([boxes(cat, far), boxes(cat), boxes(cat)])
    assert found is not None
    assert [region.place for region in found] == [pytest.approx(cat)]
    assert sure == pytest.approx(2 / 3)


def test_one_annotator_cannot_outvote_others_by_drawing_twice() -> None:
    cat = (0.1, 0.1, 0.3, 0.3)
    assert merge_boxes([boxes(cat, cat), boxes(), boxes()])[0] == []


def test_a_box_of_half_of_them_is_a_tie() -> None:
    assert merge_boxes([boxes((0.1, 0.1, 0.3, 0.3)), boxes()]) == (None, 0.5)
    assert merge_boxes([[], []]) == ([], 1.0)


def test_labels_are_merged_apart() -> None:
    place = (0.1, 0.1, 0.3, 0.3)
    found, sure = merge_boxes([boxes(place), boxes(place), boxes(place, label="dog")])
    assert found is not None
    assert [region.label for region in found] == ["cat"]
    assert sure == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_noisy_boxes_become_nearly_the_true_ones(seed: int) -> None:
    chance = Random(seed)
    true = [(x / 4, y / 4, x / 4 + 0.2, y / 4 + 0.2) for x in range(4) for y in range(4) if chance.random() < 0.5]
    noisy = [
        boxes(*(tuple(edge + chance.gauss(0, 0.008) for edge in box) for box in true if chance.random() < 0.9))
        for _ in range(5)
    ]
    found, _ = merge_boxes(noisy)
    assert found is not None
    shared = overlaps(np.array([region.place for region in found]), np.array(true))
    assert len(found) == len(true)
    assert shared.max(axis=0).min() > 0.85


def test_a_box_is_cut_to_its_picture() -> None:
    assert box_of("cat", -0.1, 0.5, 0.5, 1.2) == Region("cat", (0.0, 0.5, 0.5, 1.0))
    assert box_of("cat", 1.1, 0, 1.2, 1) is None
