"""What runs left in the data store: read for who may see data, and said in words where it can't be."""

from dataclasses import replace

import pytest

from reconciler.model.errors import Unavailable
from reconciler.providers.memory.data import MemoryData
from reconciler.providers.memory.world import World
from reconciler.web.pages.outputs import NotRead, Outputs
from reconciler.web.pages.rights import Seen, without_data
from tests.unit.reconciler.web.pages.conftest import LABELLED, Stage, leave

FILE = "disputes.json"


@pytest.fixture
def chosen(stage: Stage) -> Seen:
    one = stage.following.environments["dev"]
    return Seen(one.look(), one.source, one.status)


def refused(outputs: Outputs, chosen: Seen, path: str = FILE) -> str:
    with pytest.raises(NotRead) as caught:
        outputs.document(chosen, LABELLED, path)
    return str(caught.value)


def test_a_file_is_read_from_the_store_that_the_applied_commit_names(chosen: Seen) -> None:
    data = MemoryData(World())
    leave(data, files={FILE: [1], "odd": b"no JSON", "deep": b"[" * 9000})
    asked: list[str] = []

    def stores(key: str, environment: object) -> MemoryData:
        asked.append(key)
        return data

    outputs = Outputs(stores)
    assert outputs.document(chosen, LABELLED, FILE) == {"": [1]}
    assert asked == ["dev"]
    assert refused(outputs, chosen, "gone") == f"the data store has no gone of {LABELLED}"
    assert "no JSON" in refused(outputs, chosen, "odd")
    assert "no JSON" in refused(outputs, chosen, "deep")


def test_who_may_not_see_data_is_given_nothing_and_no_store_is_opened(chosen: Seen) -> None:
    def stores(*_: object) -> MemoryData:
        raise AssertionError("it was opened")

    assert "access.data" in refused(Outputs(stores), replace(chosen, snapshot=without_data(chosen.snapshot)))


def test_why_a_store_cannot_be_read_is_said(chosen: Seen) -> None:
    def away(*_: object) -> MemoryData:
        raise Unavailable("the store is away", "wait")

    def broken(*_: object) -> MemoryData:
        raise ZeroDivisionError

    assert refused(Outputs(away), chosen) == "the store is away; wait"
    assert refused(Outputs(broken), chosen).startswith("a defect of Setpoint: ZeroDivisionError")
    assert "reads Git alone" in refused(Outputs(), chosen)
    unknown = replace(chosen, snapshot=replace(chosen.snapshot, desired=None))
    assert "can't be composed" in refused(Outputs(away), unknown)
