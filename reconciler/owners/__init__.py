"""Owners of files: what CODEOWNERS says, and whom that asks to approve a change of a path.

Law of the room: from text to value, asking nobody. What a line means is as the forge of its syntax has it; a line that
can't be understood might be anybody's, so that it holds what is to be approved until it is mended. Texts are of people
who may be hostile: their size, rules and expressions are bounded, and matching takes time in proportion to both.
"""

from reconciler.owners.code_owners import findings, owned
from reconciler.owners.rules import Demand, Finding, Owned, Owner

__all__ = ["Demand", "Finding", "Owned", "Owner", "findings", "owned"]
