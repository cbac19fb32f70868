"""`environments/<env>/environment.yaml`: which provider fills which port, and the environment's variables."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from reconciler.model.commit_policy import Demand
from reconciler.model.kinds.spec import Block
from reconciler.model.kinds.webhooks import http_address
from reconciler.model.notifications import Notifications
from reconciler.model.page_access import PageAccess
from runners.contract.secrets import SECRET


class ProviderChoice(Block):
    """A provider by name, with the options that it declares."""

    model_config = ConfigDict(extra="allow", frozen=True)

    provider: str = Field(description="The provider's name; what stands beside it are its options.")

    @property
    def options(self) -> dict[str, Any]:
        """Return everything but the provider's name."""
        return dict(self.__pydantic_extra__ or {})


class DeletionBudget(Block):
    """How much one pass may delete without a person's word: the smaller of a number and a share."""

    number: int = Field(default=5, ge=0, description="Things that one pass may delete.")
    share: float = Field(default=0.3, ge=0, le=1, description="Share of all things that one pass may delete.")


class Secrets(Block):
    """Whose secrets `${secret:NAME}` stands for, as far as anybody may know: never what they are."""

    scope: str = Field(
        default="",
        pattern=r"^$|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="Environments that state the same scope have the same secrets, and share what was made with them. "
        "Unset, no other environment takes over a run that reads secrets.",
    )


class Verification(Block):
    """Which commits and models are taken. Who may sign stands beside this file, in `allowed_signers`.

    OpenPGP keys, which may sign commits, stand in `allowed_keys.asc`.
    """

    commits: Demand = Field(
        default="any",
        description="any: each commit of the watched branch; signed: those signed by an allowed signer; "
        "merged: only merges that are signed by one, such as those that the forge makes.",
    )
    models: Literal["any", "signed"] = Field(
        default="any",
        description="any: each model that is pinned; signed: those whose statement an allowed signer has signed (SSH). "
        "What has traffic already keeps it.",
    )


class Proposals(Block):
    """How many proposals of promotions there may be: people and the checks of a forge have to keep up with them."""

    open: int | None = Field(default=None, ge=1, description="Proposals that wait for their merge at once.")
    per_hour: int | None = Field(default=None, ge=1, description="Proposals that are made within an hour.")


_Name = Annotated[str, Field(min_length=1, max_length=200)]


class Previews(Block):
    """Makes an environment a template: previews, `pr-<n>`, are driven of the pull requests that bear a label."""

    label: str = Field(
        default="preview", min_length=1, max_length=50, description="The label by which a preview is asked for."
    )
    by: list[str] | None = Field(
        default=None,
        description="Who may ask for one, by their names on the forge. Unset: whoever may write to the repository. "
        "These have to have that right as well.",
    )
    open: int = Field(default=2, ge=0, description="Previews that there are at once; further ones wait for their turn.")
    team: str = Field(
        default="",
        pattern=r"^$|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="The team whose share of the pools all of their jobs use, whatever their specs say. "
        "Unset, that is for the specs to say.",
    )
    against: str = Field(
        default="",
        pattern=r"^$|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="The environment whose live models the report shows beside those of the preview.",
    )


class PlanBudget(Block):
    """What one pull request may come to before its status fails; read from the branch, never from the pull request."""

    gpu_hours: float | None = Field(
        default=None, ge=0, description="Most GPU hours that all experiments of a pull request may take together."
    )


class Lineage(Block):
    """Where run events are sent to, as OpenLineage has them: START, COMPLETE, FAIL and ABORT of every run."""

    url: Annotated[str, AfterValidator(http_address)] | None = Field(
        default=None,
        max_length=500,
        description="Where events are taken.",
        examples=["https://marquez.example.com/api/v1/lineage"],
    )
    file: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,98}\.jsonl$",
        description="In the place of `url`: a file in `lineage/<environment>` of the daemon's home, an event a line.",
        examples=["events.jsonl"],
    )
    token: str | None = Field(
        default=None,
        pattern=f"^{SECRET.pattern}$",
        description="The secret that is sent as `Authorization: Bearer`.",
        examples=["${secret:LINEAGE}"],
    )
    namespace: str = Field(
        default="setpoint",
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._:/-]{0,98}[A-Za-z0-9])?$",
        description="Before the names of data, which environments share, and of jobs, with the environment behind it.",
    )

    @model_validator(mode="after")
    def _goes_to_one_place(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise ValueError("give exactly one of url and file")
        if self.token and self.file:
            raise ValueError("a token is sent to a url, and a file asks for none")
        return self


class Environment(Block):
    """One environment: its providers, its variables (`${env.x}` in specs) and its limits."""

    data: ProviderChoice = Field(default=ProviderChoice(provider="git"), description="Where data and models are kept.")
    pool: ProviderChoice = Field(default=ProviderChoice(provider="local"), description="Where jobs run.")
    serving: ProviderChoice = Field(default=ProviderChoice(provider="local"), description="Where endpoints run.")
    forge: ProviderChoice = Field(default=ProviderChoice(provider="git"), description="Where changes are proposed.")
    labelling: ProviderChoice = Field(
        default=ProviderChoice(provider="folder"), description="Where people are asked about examples."
    )
    variables: dict[str, Any] = Field(default={}, description="What specs read as ${env.NAME}.")
    secrets: Secrets = Field(default=Secrets(), description="Whose secrets ${secret:NAME} stands for.")
    verification: Verification = Field(default=Verification(), description="Which commits and models are taken.")
    proposals: Proposals = Field(default=Proposals(), description="How many proposals promotions may make.")
    teams: dict[_Name, Annotated[tuple[_Name, ...], Field(max_length=500)]] = Field(
        default={},
        max_length=200,
        examples=[{"ml-platform": ["ada@example.org", "grace@example.org"]}],
        description="Who belongs to a team that `approvals` name as team/NAME, by the names that people approve under. "
        "A team that isn't stated here is the forge's; plain Git has none.",
    )
    plan: PlanBudget = Field(default=PlanBudget(), description="What one pull request may come to.")
    deletion: DeletionBudget = Field(default=DeletionBudget(), description="How much one pass may delete.")
    team: str = Field(
        default="",
        pattern=r"^$|^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="The team whose share of the pools all jobs use here, whatever their specs say.",
    )
    lineage: Lineage | None = Field(default=None, description="Where run events are sent to; unset, nowhere.")
    notifications: Notifications | None = Field(
        default=None, description="Who is told when something needs a person; unset, nobody."
    )
    access: PageAccess | None = Field(
        default=None,
        description="Who may do what on the page, where people are known there; unset, nobody may do anything. What an "
        "endpoint demands is said by its deployment.",
    )
    previews: Previews | None = Field(
        default=None, description="Makes this a template of previews of pull requests, and no environment by itself."
    )
    description: str = Field(default="", description="What it is for, in words for people.")


def unplanned(now: Environment, then: Environment) -> Iterator[str]:
    """Say for which ports a commit chooses another engine: what is there can't be looked up before it is merged."""
    for port in ("data", "pool", "serving", "forge", "labelling"):
        if getattr(now, port) != getattr(then, port):
            yield f"the commit changes `{port}` of the environment: this is planned on the engine that is in use now"
