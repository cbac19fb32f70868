"""Who may do what on the page of an environment: the block `access` of `environment.yaml`."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from reconciler.model.kinds.spec import Block
from runners.contract.one_or_many import one_or_many

ANYONE = "*"
"""Everybody who is known."""
USER = "user:"
"""Before the mail address of one person."""


class Right(StrEnum):
    """What somebody may do; whoever has one of the others may read, too."""

    READ = "read"
    LOGS = "logs"
    DATA = "data"
    ACT = "act"
    APPROVE = "approve"


_WHO = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
_Who = Annotated[
    tuple[_WHO, ...],
    BeforeValidator(one_or_many),
    Field(max_length=200, examples=[["ml-platform", "user:ada@example.org"]]),
]


class PageAccess(Block):
    """Groups to rights: who may do what, by the groups that the issuer or the proxy says people are in.

    `user:` before a mail address is one person, `*` everybody who is known. Each of the others may read, too.
    """

    read: _Who = Field(default=(), description="Who sees statuses, specs and proposals.")
    logs: _Who = Field(default=(), description="Who sees the logs of jobs.")
    data: _Who = Field(default=(), description="Who sees what tells of rows: reports, profiles, violations, examples.")
    act: _Who = Field(default=(), description="Who reconciles, suspends, resumes, and opens proposals.")
    approve: _Who = Field(default=(), description="Who approves deletions and rewritten histories.")

    def rights(self, groups: Collection[str], mail: str = "") -> frozenset[Right]:
        """Return the rights of somebody.

        Args:
            groups: the groups that they are in.
            mail: their mail address, where whoever tells it has seen that it is theirs.
        """
        whom = {ANYONE, *(group for group in groups if not group.startswith(USER))}
        if mail:
            whom.add(f"{USER}{mail.casefold()}")
        found = {right for right in Right if whom & {_folded(who) for who in self.who(right)}}
        return frozenset(found | {Right.READ} if found else found)

    def who(self, right: Right) -> tuple[str, ...]:
        """Return who has a right by name."""
        return tuple(getattr(self, right.value))


def _folded(who: str) -> str:
    """Return a name as it is compared: mail addresses whatever their case."""
    return who.casefold() if who.startswith(USER) else who
