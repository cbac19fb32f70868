"""The registry: a controller for every kind, told in ports; and how a resource without one of its own is taken away."""

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import CancelJob, CloseProposal, DropRun
from reconciler.model.kinds import KINDS
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import GO, LOANS

RUN = f"{LOANS}/{'a' * 12}"


def test_every_kind_has_its_controller() -> None:
    assert CONTROLLERS.keys() == KINDS.keys()


def test_a_controller_needs_ports_by_name() -> None:
    ports = {"data", "pool", "serving", "forge"}
    assert all(controller.needs <= ports for controller in CONTROLLERS.values())


def test_a_forge_that_is_down_stops_only_promotions() -> None:
    """One provider that is down never stops the others."""
    assert {kind for kind, controller in CONTROLLERS.items() if "forge" in controller.needs} == {"promotions"}


def test_a_dataset_whose_spec_is_gone_stops_its_jobs_and_keeps_its_data() -> None:
    """Data is never deleted unless the spec says so."""
    sealed = f"{LOANS}/{'b' * 12}"
    seen = stage.actual(
        stage.branch(RUN), stage.job(RUN), stage.branch(sealed, sealed=True), stage.version(f"{LOANS}/c")
    )
    found = CONTROLLERS["datasets"].retire(LOANS, stage.view(stage.desired(), seen))
    assert [(type(change), change.target) for change in found.changes] == [(CancelJob, RUN), (DropRun, RUN)]
    assert found.reason == "Removing"


def test_a_promotion_whose_spec_is_gone_closes_what_it_proposed() -> None:
    seen = stage.actual(stage.proposal(f"{GO}/one"))
    found = CONTROLLERS["promotions"].retire(GO, stage.view(stage.desired(), seen))
    assert [(type(change), change.target) for change in found.changes] == [(CloseProposal, f"{GO}/one")]
