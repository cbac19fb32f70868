"""What the memory forge does beyond the port's suite."""

from reconciler.model.observed import ProposalState
from reconciler.ports.forge import ProposalOrder
from reconciler.providers.memory import MemoryForge, MemorySource, World
from reconciler.providers.memory.source import SourceRoom

NAME = "promotions/p/0123456789ab"


def test_a_merge_keeps_both_histories_and_the_evidence() -> None:
    world = World()
    source = MemorySource(world)
    forge = MemoryForge(world, source)
    base = source.commit({"a.yaml": "x: 1\n"})
    forge.propose(ProposalOrder(NAME, base, "a.yaml", {"x": 2}, "Set x", "Because."))
    proposed = forge.list()[NAME].commit
    other = source.commit({"b": ""})
    merged = forge.merge(NAME)
    room = world.room(SourceRoom)
    assert room.commits[merged].parents == (other, proposed)
    assert room.commits[proposed].message == "Set x\n\nBecause."
    assert room.commits[proposed].parents == (base,)


def test_another_view_of_the_world_sees_the_same() -> None:
    world = World()
    source = MemorySource(world)
    base = source.commit({"a.yaml": "x: 1\n"})
    MemoryForge(world, source).propose(ProposalOrder(NAME, base, "a.yaml", {"x": 2}, "Set x"))
    again = MemoryForge(world, MemorySource(world))
    assert again.list()[NAME].state is ProposalState.OPEN
    assert again.list()[NAME].branch == f"proposals/dev/{NAME}"
