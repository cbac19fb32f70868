"""Leaderboards as tables."""

from typing import Any

from reconciler.model.ids import Address
from reconciler.status.leaderboard_section import leaderboard, leaderboards_section
from reconciler.status.shown import Files
from tests.unit.reconciler.stage import SCORE

FIRST = {
    "rank": 1,
    "run": "experiments/score/aa",
    "params": {"model": "gbm"},
    "metrics": {"roc_auc": 0.5},
    "ranking": {"value": 0.91, "low": 0.9, "high": 0.92},
}
FACTS: dict[str, Any] = {"leaderboard": [FIRST], "metric": {"name": "roc_auc"}}


def test_a_trial_leads_to_its_card_and_its_pictures_are_shown() -> None:
    facts = FACTS | {"pictures": ["reports/experiments/score/aa/curves/a b.png"]}
    text = leaderboard(facts, "../", Files(["reports/experiments/score/aa/model-card.md"]))
    assert "| 1 | [`aa`](../reports/experiments/score/aa/model-card.md) | model=gbm | 0.91 | 0.9 to 0.92 |" in text
    assert "![a b.png](../reports/experiments/score/aa/curves/a%20b.png)" in text


def test_the_first_trials_are_shown_and_how_many_there_are() -> None:
    text = leaderboard(FACTS | {"leaderboard": [FIRST] * 30, "trials": 300}, "", Files())
    assert text.count("`aa`") == 10
    assert text.endswith("The first 10 of 300 trials.")
    assert leaderboard({}, "", Files()) == ""


def test_of_many_experiments_the_best_trial_of_each_is_shown() -> None:
    many: list[tuple[Address, dict[str, Any]]] = [
        (Address(f"experiments/e{number:02}"), {"facts": FACTS}) for number in range(60)
    ]
    text = leaderboards_section([*many, (SCORE, {"facts": {}})], Files())
    assert "| [`experiments/e00`](experiments/e00.md) | `aa` | model=gbm | roc_auc 0.91 | 0.9 to 0.92 |" in text
    assert text.endswith("And 40 more: [experiments](experiments/README.md)")
    assert leaderboards_section(many[:11], Files()).endswith("All: [experiments](experiments/README.md)")
    assert "### experiments/e00" in leaderboards_section(many[:10], Files())
    assert leaderboards_section([], Files()) == ""
