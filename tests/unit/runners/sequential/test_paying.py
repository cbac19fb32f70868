"""A training is due where there is evidence and it pays; models that were trained may serve again."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from runners.sequential.paying import Serving, Terms, began, is_due, served, trained
from tests.unit.runners.sequential.streams import coins

TERMS = Terms(price=50.0)


def after(serving: Serving, risks: list[float], random: np.random.Generator, terms: Terms = TERMS) -> Serving:
    """Serve chunks of 500 rows with these risks, the same for each model that is kept."""
    for number, risk in enumerate(risks):
        losses = coins(risk, 500, random)
        serving = served(serving, dict.fromkeys((serving.model, *serving.leads), losses), terms, number)
    return serving


def first(risk: float, random: np.random.Generator) -> Serving:
    return began(0, coins(risk, 500, random))


def test_while_nothing_changes_nothing_is_due() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.2, random), [0.2] * 30, random)
    assert not is_due(serving, TERMS)
    assert serving.seen == 30


def test_a_training_is_due_when_the_regret_pays_it_and_not_before() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.2, random), [0.2] * 10 + [0.35], random)
    assert serving.chunks.evidence.crossed is not None
    assert serving.newest == pytest.approx(75, abs=30)
    assert is_due(serving, TERMS)
    assert not is_due(serving, Terms(price=5000.0))


def test_a_regret_without_evidence_is_not_due() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.2, random), [0.21] * 3, random, Terms(price=0.1))
    assert not is_due(serving, Terms(price=0.1))


def test_what_a_training_could_not_keep_is_not_hoped_for_of_the_next() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.1, random), [0.3, 0.3, 0.3], random)
    assert serving.gaps[0] == pytest.approx(0.2, abs=0.06)
    assert serving.regret < TERMS.price


def test_a_model_that_learned_from_half_a_change_is_followed_by_another() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.1, random), [0.1] * 5 + [0.5], random)
    mixed = trained(serving, 6, coins(0.4, 500, random), {0: coins(0.5, 500, random)})
    assert (mixed.model, mixed.tries, mixed.level) == (6, 0, serving.level)
    later = served(mixed, {6: coins(0.4, 500, random), 0: coins(0.8, 500, random)}, TERMS, 7)
    assert later.chunks.evidence.crossed is None, "for this model it is as promised"
    assert is_due(later, TERMS)


def test_trainings_that_were_not_enough_make_the_next_one_dearer_until_their_level_is_taken() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.1, random), [0.1] * 5 + [0.4], random)
    trainings = 0
    for chunk in range(7, 40):
        losses = {one: coins(0.4, 500, random) for one in (serving.model, *serving.leads)}
        serving = served(serving, losses, TERMS, chunk)
        if is_due(serving, TERMS):
            trainings += 1
            serving = trained(serving, chunk, coins(0.4, 500, random), losses)
    assert 1 <= trainings <= 6, "the world became harder, and no training mends that"


def test_the_price_is_thought_twice_as_high_after_each_training_that_was_not_enough() -> None:
    for tries, factor in ((0, 1.0), (1, 2.0), (3, 8.0)):
        serving = replace(began(0, [0.0, 1.0]), tries=tries, regret=50.0 * factor)
        assert is_due(serving, TERMS) is True
        assert is_due(replace(serving, regret=serving.regret - 0.1), TERMS) is False
    ahead = replace(began(0, [0.0, 1.0]), tries=0, regret=20.0, seen=4, newest=15.0)
    assert is_due(ahead, TERMS) is True, "half of four chunks more would add 30"
    assert is_due(replace(ahead, tries=None), TERMS) is False


def test_a_model_from_a_bad_chunk_is_taken_back() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.1, random), [0.5], random)
    bad = trained(serving, 1, coins(0.1, 500, random), {0: coins(0.5, 500, random)})
    assert bad.model == 1
    back = served(bad, {1: coins(0.9, 500, random), 0: coins(0.1, 500, random)}, TERMS, 2)
    assert back.model == 0
    assert back.leads[1] < 0


def test_a_new_model_that_is_worse_does_not_serve() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.1, random), [0.3], random)
    kept = trained(serving, 1, coins(0.6, 500, random), {0: coins(0.3, 500, random)})
    assert (kept.model, list(kept.leads)) == (0, [1])
    assert kept.chunks.evidence.rows == 0


def test_no_more_models_are_kept_than_eight() -> None:
    random, serving = np.random.default_rng(1), began(0, [0.0, 1.0])
    for number in range(1, 20):
        losses = {one: coins(0.9, 50, random) for one in (serving.model, *serving.leads)}
        serving = trained(serving, number, coins(0.1, 50, random), losses)
    assert len(serving.leads) == 8


def test_a_state_is_json_and_chunks_without_rows_tell_nothing() -> None:
    random = np.random.default_rng(1)
    serving = after(first(0.2, random), [0.4], random)
    serving = trained(serving, 1, coins(0.2, 500, random), {0: coins(0.4, 500, random)})
    kept = json.dumps(asdict(serving), allow_nan=False)
    assert TypeAdapter(Serving).validate_json(kept) == serving
    assert served(serving, {0: [], 1: []}, TERMS, 1) == serving


def test_nan_and_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="row 0"):
        served(began(0, [0.0, 1.0]), {0: [float("nan")]}, TERMS, 0)
    with pytest.raises(ValueError, match="there is no loss"):
        began(0, [])
