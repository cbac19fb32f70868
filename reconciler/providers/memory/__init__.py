"""The shipped fake: every port in memory, on virtual time. Tests, `setpoint simulate` and the benches run on it.

Law of the room: all that happened is in one `World`; a provider is a view of it and remembers nothing, so it can be
thrown away and made anew at any moment, as a killed daemon's are. What a port promises holds here too, to the letter.

    world    what happened, the calls that were made, and the seams for latency and faults
    clock    time that moves only when told to
    source   a Git repository's commits and files, with Git's own object ids
    data     branches and versions; what jobs have written
    pool     jobs that take a virtual time and then leave what their worker says
    workers  plausible results for every runner, drawn from a hash of what a job was asked
    serving  revisions that become ready after a while, their traffic and figures
    forge    proposals, merged into a source
    labelling  projects in which people are asked, and what they answered
    status   the status branch, beside the source's
"""

from reconciler.providers.memory.clock import VirtualClock
from reconciler.providers.memory.data import MemoryData
from reconciler.providers.memory.forge import MemoryForge
from reconciler.providers.memory.labelling import MemoryLabelling
from reconciler.providers.memory.pool import MemoryPool
from reconciler.providers.memory.serving import MemoryServing
from reconciler.providers.memory.source import MemorySource
from reconciler.providers.memory.status import MemoryStatus
from reconciler.providers.memory.world import Call, World

__all__ = [
    "Call",
    "MemoryData",
    "MemoryForge",
    "MemoryLabelling",
    "MemoryPool",
    "MemoryServing",
    "MemorySource",
    "MemoryStatus",
    "VirtualClock",
    "World",
]
