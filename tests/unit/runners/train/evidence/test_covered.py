"""What a card says of intervals and sets."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from runners.models.coverage import Coverage
from runners.train.coverage import Measured, with_coverage
from runners.train.evidence.covered import covered
from runners.train.trained import Trained
from tests.unit.runners.train.evidence.made import trained

MEASURED = Measured(0.9, 0.85, 0.77, 0.91, 100, None, 1.25, {"no": 0.9, "yes": 0.8})


def made(folder: Path, measured: Measured = MEASURED, groups: int | None = None, **told: Any) -> Trained:
    one = trained(folder, **told)
    signature = with_coverage(one.model.signature, Coverage(0.9, (0.5,), 50, groups))
    return replace(one, model=replace(one.model, signature=signature), coverage=measured)


def test_a_model_that_answers_neither_has_no_section(tmp_path: Path) -> None:
    assert covered(trained(tmp_path)) == ""


def test_the_stated_share_stands_beside_the_measured_one(tmp_path: Path) -> None:
    text = covered(made(tmp_path))
    assert "it answers sets of classes, which are 1.2500 classes in the mean" in text
    assert "calibrated on 50 validation rows, and are measured on the test rows." in text
    assert "| all | 0.9000 | 0.8500 | 0.7700 to 0.9100 | 100 |" in text
    assert "| yes |  | 0.8000 |  |  |" in text
    assert "isn't reached" not in text
    assert "later" not in text


def test_it_says_where_the_share_isn_t_to_be_relied_on(tmp_path: Path) -> None:
    text = covered(made(tmp_path, replace(MEASURED, high=0.89), split={"by": "age"}))
    assert "Test rows are later than validation rows" in text
    assert "**The stated share isn't reached**" in text
    sides = {"time": "day", "validation_from": "2026-01-01", "test_from": "2026-02-01"}
    assert "later" in covered(made(tmp_path, sides=sides))


def test_of_groups_it_counts_groups(tmp_path: Path) -> None:
    text = covered(made(tmp_path, replace(MEASURED, groups=20), groups=12))
    assert "50 validation rows in 12 groups" in text
    assert "| share | stated | measured | 95 % interval | groups |" in text
    assert "| 0.7700 to 0.9100 | 20 |" in text
