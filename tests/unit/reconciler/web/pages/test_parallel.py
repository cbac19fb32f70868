"""Parallel coordinates: axes for what differs, logarithms where there are decades, the best on top."""

from typing import Any

from reconciler.web.pages.parallel import MOST_AXES, coordinates
from reconciler.web.pages.trials import Ranking, Trial


def trial(number: int, value: float | None, *, is_live: bool = False, **params: Any) -> Trial:
    return Trial(f"experiments/a/{number:012x}", "v", str(number), "", "", params, {}, Ranking(value), is_live=is_live)


def test_the_best_is_drawn_last_and_the_live_one_above_it() -> None:
    told = [
        trial(1, 0.9, rate=0.1),
        trial(2, 0.5, rate=0.2),
        trial(3, 0.7, rate=0.3, is_live=True),
        trial(4, None, rate=1),
    ]
    drawn = coordinates(told, ["rate"], "roc_auc", is_more=True)
    assert drawn
    assert [line.look for line in drawn.lines] == ["other", "best", "live"]
    assert drawn.lines[1].run == told[0].run
    turned = coordinates(told, ["rate"], "rmse", is_more=False)
    assert turned
    assert turned.lines[1].run == told[1].run


def test_decades_stand_on_a_logarithm_and_texts_in_places_of_their_own() -> None:
    told = [trial(n, n / 10, rate=10.0**-n, model=name) for n, name in ((1, "gbm"), (2, "logistic"), (3, None))]
    drawn = coordinates(told, ["model", "rate"], "auc", is_more=True)
    assert drawn
    model, rate, auc = drawn.axes
    assert [words for _, words in model.ticks] == ["gbm", "logistic", "none"]
    heights = {line.words[:12]: float(line.d.split()[1].split(",")[1]) for line in drawn.lines}
    low, middle, high = sorted(heights.values())
    assert middle - low == high - middle, "equal ratios are equally far apart"
    assert [words for _, words in auc.ticks] == ["0.1", "0.3"]
    assert rate.name == "rate"


def test_with_nothing_to_compare_there_is_no_picture_and_of_many_parameters_the_first() -> None:
    assert coordinates([trial(1, 0.5, a=1)], ["a"], "auc", is_more=True) is None
    assert coordinates([trial(1, 0.5), trial(2, 0.6)], [], "auc", is_more=True) is None
    names = [f"p{n}" for n in range(20)]
    drawn = coordinates([trial(n, n / 9, **dict.fromkeys(names, n)) for n in (1, 2)], names, "auc", is_more=True)
    assert drawn
    assert (len(drawn.axes), drawn.left_out) == (MOST_AXES, 20 - MOST_AXES + 1)
