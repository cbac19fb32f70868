"""What a labelling tool tells of itself, where somebody looks whether it is well."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.ids import Address


@dataclass(frozen=True, slots=True)
class LabelTool:
    """A labelling tool as it is now.

    Attributes:
        where: what it is, and where.
        version: its version; empty where it tells none.
        oldest: the oldest version that is known to do; empty where any does.
        identity: whom it takes us for; empty where it knows nobody.
        token: of which kind our token is; empty where there is none.
        is_lasting: whether it will take a token of that kind as long as it isn't revoked.
        people: who may answer, by the addresses of their accounts; None where it can't tell.
        blank: for how many tasks of ours, by their labels, there is nothing to see in a column that people are shown.
    """

    where: str
    version: str = ""
    oldest: str = ""
    identity: str = ""
    token: str = ""
    is_lasting: bool = True
    people: frozenset[str] | None = None
    blank: Mapping[Address, int] = field(default_factory=dict)
