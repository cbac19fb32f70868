"""The simulation: the loop on engines in memory, with faults that a seed decides, held against what is promised.

Law of the room: the seed decides everything, so that what went wrong once goes wrong again; nothing outside this
process is read or touched. What is promised is checked by what happened in the engines, not by what the loop says.

    faults     are the memory provider's (reconciler/providers/memory/faults.py)
    story      which commits a person makes, drawn from a repository
    machine    the engines, which live on, and the daemon on them, which can die
    audit      every call that took effect, held against the promises
    ending     where it all came to rest, to be compared with a life without faults
    simulate   plays a story on two machines, with faults and without, and reports
"""

from reconciler.simulation.report import Report, Violation
from reconciler.simulation.simulate import simulate
from reconciler.simulation.story import Files

__all__ = ["Files", "Report", "Violation", "simulate"]
