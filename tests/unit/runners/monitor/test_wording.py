"""Texts by what they say: another language and another subject are found, and chance isn't taken for either."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from runners.monitor.chance import Rate
from runners.monitor.findings import Findings
from runners.monitor.parameters import Thresholds
from runners.monitor.reference import Reference
from runners.monitor.rows import Prediction
from runners.monitor.verdict import alerts_of
from runners.monitor.wording import Wording, wordings
from tests.shares import Hand
from tests.unit.runners.rates import hold

_WORDS = """the delivery was late and box arrived broken but seller answered quickly sent another one without asking
battery screen camera charges phone signal lost update software crash speaker loud bright pixel cable
die Lieferung kam leider viel zu spät und war kaputt aber man hat sehr schnell freundlich geantwortet"""
GOODS, DEVICES, GERMAN = (line.split() for line in _WORDS.splitlines())
LIMITS = Thresholds(distance=0.6)
REFERENCES, RATE = 1_000, 0.1


def texts(count: int, random: np.random.Generator, words: list[str] = GOODS) -> list[str]:
    return [" ".join(random.choice(words, random.integers(9, 25))) for _ in range(count)]


def found(usual: list[str], now: list[object], *, least: float = 0.1, each: float = 0.001, seed: int = 0) -> Wording:
    reference = Reference(pd.DataFrame({"said | <b>": usual}), (), None, texts=("said | <b>",))
    time = datetime(2026, 3, 1, tzinfo=UTC)
    asked = [Prediction(time, f"e{at}#0", {"said | <b>": text}, 1, 0.5) for at, text in enumerate(now)]
    (told,) = wordings(reference, asked, least=least, each=each, seed=seed)
    return told


def alerts(told: Wording) -> list[str]:
    return [one.what for one in alerts_of(Findings((), {}, {}, wordings=[told], rate=Rate(0.01, 10)), LIMITS)]


def test_texts_like_the_reference_are_quiet() -> None:
    random = np.random.default_rng(0)
    assert alerts(found(texts(800, random), [*texts(300, random)])) == []


def test_another_subject_in_the_same_language_is_found() -> None:
    random = np.random.default_rng(1)
    told = found(texts(800, random), [*texts(200, random), *texts(150, random, DEVICES)])
    assert told.points
    assert told.points.area > 0.6
    assert "texts unlike the reference" in alerts(told)


def test_another_language_is_found_and_named() -> None:
    random = np.random.default_rng(2)
    told = found(texts(800, random), [*texts(200, random), *texts(100, random, GERMAN)])
    names = [one.name for one in told.languages]
    assert "de" in names[:2]
    assert told.language_distance is not None
    assert told.language_distance > told.language_limit
    alert = next(
        one for one in alerts_of(Findings((), {}, {}, wordings=[told]), LIMITS) if one.what == "other languages"
    )
    assert alert.where.startswith("said | <b>: ")


@pytest.mark.parametrize("now", [[], [None] * 50, [""] * 50, [7] * 5, ["short"] * 10])
def test_where_there_are_no_texts_nothing_is_told(now: list[object]) -> None:
    told = found(texts(200, np.random.default_rng(3)), now)
    assert told.language_distance is None
    assert alerts(told) == []


def test_a_column_that_isnt_logged_any_more_is_no_other_language() -> None:
    reference = Reference(pd.DataFrame({"said": texts(100, np.random.default_rng(4))}), (), None, texts=("said",))
    asked = [Prediction(datetime(2026, 3, 1, tzinfo=UTC), "e#0", {}, 1, 0.5)]
    (told,) = wordings(reference, asked, least=0.1, each=0.001, seed=0)
    assert (told.texts[1], told.points, told.languages) == (0, None, ())
    assert wordings(Reference(pd.DataFrame({"a": [1]}), (), None), asked, least=0.1, each=0.1, seed=0) == ()


@pytest.mark.slow
def test_texts_that_stay_alike_are_told_apart_no_more_often_than_stated(share: Hand) -> None:
    seeds, hits = share.take("references of texts that stay alike", range(REFERENCES)), 0
    for seed in seeds:
        random = np.random.default_rng((1, seed))
        told = found(texts(300, random), [*texts(150, random)], least=0.0, each=RATE / 2, seed=seed)
        assert told.points
        hits += told.points.chance < RATE / 2 or (told.language_distance or 0.0) > told.language_limit
    hold("texts", hits, len(seeds), RATE, share)
