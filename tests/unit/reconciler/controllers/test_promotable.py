"""What is promoted: how it is pinned, where, and when two are the same."""

import pytest

from reconciler.controllers.promotable import MODELS, VERSIONS, Pinned, pinned_by, pinned_in, promotable_of
from reconciler.model.ids import Address
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_pinned import BOTH, pinned, version
from tests.unit.reconciler.stage import API, MODEL


@pytest.mark.parametrize("address", BOTH)
def test_of_data_the_content_says_what_is_the_same(address: Address) -> None:
    sort = promotable_of(address)
    assert sort is VERSIONS
    assert sort.are_same(Pinned("one", "rows"), Pinned("other", "rows"))
    assert not sort.are_same(Pinned("one", "rows"), Pinned("one", "others"))
    assert pinned_by(pinned(address)) == Pinned(version(address, "1"), "rows-1")
    assert sort.edits(Pinned("one", "rows")) == {"pin": {"version": "one", "content": "rows"}}
    assert pinned_in("prod", address) == f"environments/prod/{address}.yaml"


def test_of_a_model_its_trial_does_too() -> None:
    assert promotable_of(API) is MODELS
    assert not MODELS.are_same(Pinned("one", MODEL), Pinned("other", MODEL))
    trial = stage.trial_name("1")
    assert pinned_by(stage.resource(API, model={"trial": trial, "digest": MODEL})) == Pinned(trial, MODEL)
    assert MODELS.edits(Pinned(trial, MODEL)) == {"model": {"trial": trial, "digest": MODEL}}
    assert pinned_by(stage.resource(API)) is None
