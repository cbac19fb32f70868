"""Runs: the folder that each leaves."""

from reconciler.model.ids import RunName
from reconciler.model.run import folder_of
from runners.contract.versions import RUNNER_VERSIONS
from runners.declared import BUILT_IN


def test_data_is_replaced_in_place_and_all_else_lies_side_by_side() -> None:
    assert folder_of(RunName("datasets/loans/0123456789ab")) == "datasets/loans"
    assert folder_of(RunName("labels/marks/0123456789ab")) == "labels/marks"
    for kind in ("experiments", "promotions", "deployments", "monitors"):
        assert folder_of(RunName(f"{kind}/x/0123456789ab")) == f"{kind}/x/0123456789ab"


def test_every_runner_declares_a_version() -> None:
    declared = {name: runner.version for name, runner in BUILT_IN.items()}
    assert {**declared, "serve": RUNNER_VERSIONS["serve"]} == dict(RUNNER_VERSIONS)
