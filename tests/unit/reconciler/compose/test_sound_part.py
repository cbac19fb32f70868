"""What is sound of a spec with errors: its fields that hold, and a check that asks for another ends."""

import pytest

from reconciler.compose.sound_part import Unsound, sound_part, without
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.experiments import Experiment

VALUES = {"dataset": "datasets/loans", "target": ["x"], "features": "age", "seed": -1, "modle": 1}


def test_fields_that_hold_are_there_each_read_as_ever() -> None:
    part = sound_part(Experiment, VALUES)
    assert isinstance(part, Experiment)
    assert (part.dataset, part.features, part.task, part.retries) == ("datasets/loans", ("age",), "binary", 2)


@pytest.mark.parametrize("name", ["target", "seed", "metric"])
def test_a_field_that_is_wrong_or_missing_tells_so(name: str) -> None:
    with pytest.raises(Unsound, match=f"experiments whose {name} is wrong"):
        getattr(sound_part(Experiment, VALUES), name)


def test_its_references_are_those_that_hold() -> None:
    assert sound_part(Experiment, VALUES).references() == ("pools/shared", "datasets/loans")
    assert sound_part(Experiment, {"dataset": "loans", "pool": "pools/big"}).references() == ("pools/big",)


def test_what_is_known_to_be_wrong_is_taken_out_though_it_holds_by_itself() -> None:
    part = without(sound_part(Dataset, {"source": {"sql": {"url": "x", "query": "SELECT 1"}}}), {"columns", "nothing"})
    assert isinstance(part, Dataset)
    assert part.source.sql
    with pytest.raises(Unsound):
        _ = part.columns
