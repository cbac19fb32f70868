"""The model card: one page, for people."""

from dataclasses import replace
from pathlib import Path

from runners.contract import Violation
from runners.train.evidence.card import card, write_card
from tests.unit.runners.train.evidence.made import trained


def test_it_says_what_how_good_for_whom_and_from_what(tmp_path: Path) -> None:
    made = trained(tmp_path)
    text = card(made, ["curves/roc.png"])
    assert "Predicts `ill` (binary: `no`, `yes`) from 2 columns. Learned from 150 rows, tested on 100 others." in text
    assert "it is ranked by roc_auc" in text
    assert "on 50 other rows, the validation rows" in text
    assert "| town = north |" in text
    assert "| weight |" in text
    assert "![roc](curves/roc.png)" in text
    assert "- parameters: `C=0.5`" in text
    assert "- note: 3 rows without ill" in text
    assert "Not accepted" not in text


def test_it_says_of_which_columns_not_every_value_is_a_slice(tmp_path: Path) -> None:
    made = trained(tmp_path)
    cut = replace(made, findings=replace(made.findings, cut=("town: 20 of 142 values, the most frequent",)))
    assert "\n\ntown: 20 of 142 values, the most frequent\n\n" in card(cut, [])


def test_it_says_why_a_model_is_not_accepted(tmp_path: Path) -> None:
    text = card(trained(tmp_path, violations=(Violation(where="profit", what="it is nan"),)), [])
    assert "**Not accepted:**\n\n- `profit`: it is nan" in text


def test_it_is_written(tmp_path: Path) -> None:
    write_card(trained(tmp_path, slices=[]), [])
    assert "By slice" not in (tmp_path / "model-card.md").read_text()
