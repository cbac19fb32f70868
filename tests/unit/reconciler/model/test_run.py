"""Runs: the folder that each leaves."""

from reconciler.model.ids import RunName
from reconciler.model.run import folder_of


def test_data_is_replaced_in_place_and_all_else_lies_side_by_side() -> None:
    assert folder_of(RunName("datasets/loans/0123456789ab")) == "datasets/loans"
    assert folder_of(RunName("labels/marks/0123456789ab")) == "labels/marks"
    for kind in ("experiments", "promotions", "deployments", "monitors"):
        assert folder_of(RunName(f"{kind}/x/0123456789ab")) == f"{kind}/x/0123456789ab"
