"""The labelling tool in memory; what the port promises: tests/conformance/test_labelling.py."""

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address
from reconciler.ports.labelling import ProjectOrder, Task
from reconciler.providers.memory import Call, MemoryLabelling, World


def test_each_call_goes_through_the_seams_of_the_world() -> None:
    def away(call: Call) -> None:
        if call.verb == "list":
            raise Unavailable("it is away")

    world = World(before=away)
    tool = MemoryLabelling(world)
    tool.configure(ProjectOrder(Address("labels/mails"), "mails", "<View/>"))
    tool.add(Address("labels/mails"), [Task("0123456789ab-1", {})])
    with pytest.raises(Unavailable):
        tool.list()
    assert world.calls == {"labelling.configure": 1, "labelling.add": 1, "labelling.list": 1}
