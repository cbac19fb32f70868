"""Pictures by what they show: mirrored, turned and other ones are found, and chance isn't taken for that."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_sample_images

from runners.monitor.appearance import Appearance, appearances, gaps_of
from runners.monitor.chance import Rate
from runners.monitor.findings import Findings
from runners.monitor.outliers import Distance
from runners.monitor.parameters import Thresholds
from runners.monitor.pictures import FIGURES, Picture, watched
from runners.monitor.reference import Reference
from runners.monitor.rows import Prediction
from runners.monitor.verdict import alerts_of
from tests.shares import Hand
from tests.unit.runners.rates import hold

DIGIT, PATCH = Picture("scan | <b>", 8, 8, 1), Picture("photo", 16, 16, 3)
LIMITS = Thresholds(distance=0.6)
REFERENCES, RATE = 1_000, 0.1
Array = Any


@cache
def digits() -> Array:
    """Return scikit-learn's digits: [1797, 1, 8, 8]."""
    return (load_digits().images / 16)[:, None]


def drawn(count: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Return some digits, and as many others."""
    order = random.permutation(len(digits()))
    return digits()[order[:count]], digits()[order[count : 2 * count]]


def patches(name: str, count: int, random: np.random.Generator) -> Array:
    """Cut patches out of one of scikit-learn's two photos."""
    told = load_sample_images()
    photo = told.images[[name in one for one in told.filenames].index(True)] / 255
    height, width, _ = photo.shape
    corners = zip(random.integers(0, height - 16, count), random.integers(0, width - 16, count), strict=True)
    return np.stack([photo[y : y + 16, x : x + 16].transpose(2, 0, 1) for y, x in corners])


def rows_of(pictures: Array | list[object], picture: Picture = DIGIT) -> list[dict[str, Any]]:
    """Return rows of a log in which these pictures were asked about, as it is read."""
    values = [one.ravel() if isinstance(one, np.ndarray) else one for one in pictures]
    return [dict(watched({picture.name: value}, [picture])) for value in values]


def compared(usual: list[dict[str, Any]], now: list[dict[str, Any]], picture: Picture, seed: int = 0) -> Appearance:
    reference = Reference(pd.DataFrame(usual), (), None, pictures=(picture,))
    time = datetime(2026, 3, 1, tzinfo=UTC)
    asked = [Prediction(time, f"e{at}#0", row, 1, 0.5) for at, row in enumerate(now)]
    (one,) = appearances(reference, asked, seed=seed)
    return one


def found(usual: Array, now: Array | list[object], picture: Picture = DIGIT) -> Appearance:
    return compared(rows_of(usual, picture), rows_of(now, picture), picture)


def alerts(told: Appearance) -> list[tuple[str, str]]:
    findings = Findings((), {}, {}, appearances=[told], rate=Rate(0.01, 10))
    return [(one.what, one.where) for one in alerts_of(findings, LIMITS)]


def test_pictures_like_the_reference_are_quiet() -> None:
    told = found(*drawn(250, np.random.default_rng(0)))
    assert alerts(told) == []
    assert told.points
    assert told.points.share == 0.0


@pytest.mark.parametrize("turned", [lambda all_: all_[:, :, :, ::-1], lambda all_: np.rot90(all_, 1, (2, 3))])
def test_what_brightness_and_sharpness_do_not_see_is_found(turned: Any) -> None:
    usual, others = drawn(200, np.random.default_rng(1))
    now = turned(others)
    for figure in DIGIT.columns:
        assert np.allclose([DIGIT.figures(one)[figure] for one in others], [DIGIT.figures(one)[figure] for one in now])
    ((what, where),) = alerts(found(usual, now))
    assert what == "pictures unlike the reference"
    assert where.startswith("scan | <b>: at least ")


def test_a_part_of_other_pictures_is_found_and_no_larger_one_is_told() -> None:
    usual, others = drawn(300, np.random.default_rng(2))
    now = np.concatenate([others[:100], np.rot90(others[100:], 1, (2, 3))])
    told = found(usual, now).points
    assert told
    assert 0.2 < told.share < 2 / 3


def test_another_photo_and_another_order_of_colours_are_found() -> None:
    random = np.random.default_rng(3)
    usual, same, other = (patches(name, 150, random) for name in ("china", "china", "flower"))
    assert alerts(found(usual, same, PATCH)) == []
    assert alerts(found(usual, other, PATCH))
    assert alerts(found(usual, same[:, ::-1], PATCH)), "red and blue are exchanged"


@pytest.mark.parametrize("now", [[], [None] * 50, ["iVBORw0KGgo="] * 50, [[0.5] * 63] * 50, [[float("nan")] * 64] * 50])
def test_where_there_are_no_pictures_it_is_said_that_nobody_looked(now: list[object]) -> None:
    told = found(drawn(50, np.random.default_rng(4))[0], now)
    assert (told.pictures, told.points, alerts(told)) == ((50, 0), None, [])
    (gap,) = gaps_of([told])
    assert gap.startswith("What scan | <b> shows isn't compared with the reference: 0 of the window and 50 of")
    assert list(gaps_of([Appearance("a", (50, 50), Distance(0.5))])) == []


def test_a_log_without_the_column_and_a_model_without_pictures() -> None:
    asked = [Prediction(datetime(2026, 3, 1, tzinfo=UTC), "e#0", {}, 1, 0.5)]
    rows = pd.DataFrame({name: [0.5] * 30 for name in DIGIT.columns} | {DIGIT.point: [b"\0" * 112] * 30})
    (told,) = appearances(Reference(rows, (), None, pictures=(DIGIT,)), asked, seed=0)
    assert (told.pictures, told.points) == ((30, 0), None)
    assert appearances(Reference(rows, (), None), asked, seed=0) == ()


def test_without_a_threshold_nothing_alerts() -> None:
    told = Appearance("a", (50, 50), Distance(1.0, share=0.5))
    findings = Findings((), {}, {}, appearances=[told])
    assert alerts_of(findings, Thresholds()) == ()
    (alert,) = alerts_of(findings, LIMITS)
    assert (alert.value, alert.where) == (1.0, "a: at least 50.0% of them")
    assert len(FIGURES) == 3


@pytest.mark.slow
def test_pictures_that_stay_alike_are_told_apart_no_more_often_than_stated(share: Hand) -> None:
    seeds, hits, rows = share.take("references of pictures that stay alike", range(REFERENCES)), 0, rows_of(digits())
    for seed in seeds:
        order = np.random.default_rng((2, seed)).permutation(len(rows))[:400].tolist()
        usual, now = ([rows[at] for at in side] for side in (order[:200], order[200:]))
        told = compared(usual, now, DIGIT, seed)
        assert told.points
        hits += told.points.chance < RATE
    hold("pictures", hits, len(seeds), RATE, share)
