"""Approvals of a proposal: who has to give how many, a block of `promotions`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block
from reconciler.model.text import counted

CODE_OWNERS = "codeowners"
_TEAM = "team/"


class Approvals(Block):
    """Who has to approve a proposal before the daemon merges it: people, teams, the owners of what it changes.

    An approval counts for the head that it was given for; one who asks for changes holds it until they approve.
    """

    count: int = Field(default=1, ge=1, le=20, description="How many people; never the proposal's own author.")
    by: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(),
        max_length=50,
        examples=[["ada", "team/ml-platform", "codeowners"]],
        description="Whose approvals count: people by their names on the forge, or on plain Git as `allowed_signers` "
        "has them; `team/NAME`, whose members the forge or `teams` of the environment tells; `codeowners`, whom the "
        "rules of CODEOWNERS on the watched branch demand. Unset, whoever may approve by the branch's rules.",
    )

    @property
    def people(self) -> tuple[str, ...]:
        """Return those who are named themselves."""
        return tuple(name for name in self.by if name != CODE_OWNERS and not name.startswith(_TEAM))

    @property
    def teams(self) -> tuple[str, ...]:
        """Return the names of the teams."""
        return tuple(name.removeprefix(_TEAM) for name in self.by if name.startswith(_TEAM))

    @property
    def asks_owners(self) -> bool:
        """Tell whether those who own what is changed have to approve, by CODEOWNERS."""
        return CODE_OWNERS in self.by

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if any(not name.strip("/") for name in self.teams):
            raise ValueError("a team has no name: write team/NAME")
        people = len({name.casefold() for name in self.people})
        if self.by and not self.teams and not self.asks_owners and people < self.count:
            raise ValueError(
                f"only {counted(people, 'person is', 'people are')} named, and {self.count} have to approve"
            )
        return self
