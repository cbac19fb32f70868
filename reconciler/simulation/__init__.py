"""The simulation: the loop on engines in memory, with faults that a seed decides, held against what is promised.

Law of the room: the seed decides everything, so that what went wrong once goes wrong again; nothing outside this
process is read or touched. What is promised is checked by what happened in the engines, not by what the loop says.

    faults     are the memory provider's (reconciler/providers/memory/faults.py)
    commits   what people do to a repository's files
    story     what people commit and ask for, drawn from a repository
    backend   where the repository is
    machine   the daemon of one environment, which can die
    people    what operators and reviewers do beside it
    audit     every call that took effect, held against the promises
    life      a repository, the engines, which live on, and a machine for each environment
    ending    where it all came to rest, to be compared with a life without faults
    lives     two lives that are told the same, with faults and without
    simulate  plays a story in two lives, and reports
"""

from reconciler.simulation.commits import Files
from reconciler.simulation.report import Report, Violation
from reconciler.simulation.simulate import simulate

__all__ = ["Files", "Report", "Violation", "simulate"]
