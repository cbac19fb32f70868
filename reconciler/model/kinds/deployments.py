"""`deployments`: a pinned model behind an endpoint."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.ids import Address
from reconciler.model.kinds.ab_tests import ABTest
from reconciler.model.kinds.access import OUTSIDE, Access
from reconciler.model.kinds.inference_graph import Node, check_graph, members_of
from reconciler.model.kinds.recurring import Recurring
from reconciler.model.kinds.spec import Block, JobSpec
from reconciler.model.quantity import Duration, parse_duration
from runners.contract.formats import FIRST, LEFT_OUT
from runners.contract.text import ordinal


class Model(Block):
    """The model that is pinned: the trial that made it, and the digest of the model's file."""

    trial: str = Field(
        pattern=r"^experiments/[a-z0-9-]+/[0-9a-f]{12}$",
        description="The trial that made it, as the leaderboard names it.",
    )
    digest: str = Field(
        pattern=r"^sha256:[0-9a-f]{64}$", description="Digest of the model's file, checked before loading."
    )


class Combined(Model):
    """The models of a graph as one, which its revision serves: named by what they are, and how they are combined."""

    trial: str = Field(pattern=r"^deployments/[a-z0-9-]+/[0-9a-f]{12}$")


class Hours(Recurring):
    """A while that comes again, in which other bounds hold."""

    minimum: int | None = Field(default=None, ge=0, le=1000, description="Fewest processes then; unset, as else.")
    maximum: int | None = Field(default=None, ge=1, le=1000, description="Most processes then; unset, as else.")


class Replicas(Block):
    """How many processes serve, and the load at which one more is started."""

    minimum: int = Field(default=1, ge=0, le=1000, description="Fewest processes, even without load.")
    maximum: int = Field(default=1, ge=1, le=1000, description="Most processes, whatever the load.")
    target_rps: float = Field(default=200.0, gt=0, description="Requests a second that one replica takes.")
    hours: tuple[Hours, ...] = Field(
        default=(), max_length=50, description="When other bounds hold: of several at once, those of the first."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        for number, one in enumerate(self.hours):
            if one.minimum is None and one.maximum is None:
                raise ValueError(f"the {ordinal(number)} of hours says neither minimum nor maximum: give one")
            if (least := _or(one.minimum, self.minimum)) > (most := _or(one.maximum, self.maximum)):
                raise ValueError(f"in the {ordinal(number)} of hours minimum {least} is above maximum {most}")
        return self

    def at(self, now: datetime) -> "Replicas":
        """Return the bounds that hold at a moment."""
        one = next((one for one in self.hours if one.until(now)), None)
        least, most = (one.minimum, one.maximum) if one else (None, None)
        minimum, maximum = _or(least, self.minimum), _or(most, self.maximum)
        return Replicas(minimum=minimum, maximum=maximum, target_rps=self.target_rps)

    def changes(self, now: datetime) -> datetime | None:
        """Return when other bounds may hold next; None for never."""
        return min((moment for one in self.hours if (moment := one.changes(now))), default=None)


def _or(said: int | None, usual: int) -> int:
    return usual if said is None else said


class Rollout(Block):
    """How a new revision gets traffic: by steps in percent, each held for a while under the gates."""

    steps: tuple[int, ...] = Field(default=(100,), description="Percent of the traffic, rising to 100.")
    hold: Duration = Field(default_factory=lambda: parse_duration("30s"), description="How long each step is watched.")
    error_rate: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of its requests that fail, surely above which a revision goes back, unless the former one "
        "beside it surely fails more.",
    )
    error_increase: float = Field(
        default=0.001,
        ge=0,
        le=1,
        description="How far its share of failed requests may be above that of the former revision beside it.",
    )
    p99_ms: float | None = Field(
        default=None, gt=0, description="Milliseconds for 99 of 100 answers, surely above which a revision goes back."
    )
    confidence: float = Field(
        default=0.99,
        ge=0.5,
        lt=1,
        description="How sure a gate is before it takes a revision back: 0.99 takes a good one back once in 100 steps.",
    )
    minimum_requests: int = Field(
        default=50, ge=0, description="Requests that a revision has to answer at each step before it is judged."
    )
    patience: Duration = Field(
        default_factory=lambda: parse_duration("10m"),
        description="How long a step waits for these after its hold; then it is judged by what there is.",
    )
    deadline: Duration = Field(default_factory=lambda: parse_duration("5m"), description="Time to become ready.")
    ab_test: ABTest | None = Field(
        default=None,
        description="How another model is tested on the traffic, instead of `steps`; these hold where the model is the "
        "same.",
    )

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if list(self.steps) != sorted(set(self.steps)) or not self.steps or self.steps[-1] != 100 or self.steps[0] < 1:
            raise ValueError("steps rise from at least 1 to exactly 100, such as [10, 50, 100]")
        return self


class Smoke(Block):
    """The test a revision passes before it gets traffic: recorded examples with their recorded answers."""

    examples: int = Field(default=20, ge=1, le=1000, description="How many recorded examples are asked.")
    tolerance: float = Field(default=1e-4, ge=0, description="How far an answer may be from the recorded one.")


class Payloads(Block):
    """What of an endpoint's requests and answers its payload log holds, which monitors read."""

    sample: float = Field(
        default=1.0, gt=0, le=1, description="Share of the requests that are logged, the same wherever one is answered."
    )
    leave_out: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(),
        max_length=500,
        description="Columns that are never logged, such as names: nobody can watch them, either. "
        "A revision doesn't start whose model takes none of such a name.",
        examples=[["name", "postcode"]],
    )

    def as_settings(self) -> dict[str, Any]:
        """Return what a replica is told of it, and in which format.

        An image that would log columns which are to be left out has to refuse its settings.
        """
        if self == Payloads():
            return {"format": FIRST}
        told = {"logs_sample": self.sample, "logs_without": list(self.leave_out)}
        return {"format": LEFT_OUT if self.leave_out else FIRST, **told}


class Deployment(JobSpec):
    """An endpoint that speaks the Open Inference Protocol. Without `model` it waits for a promotion."""

    kind: ClassVar[str] = "deployments"

    model: Model | None = Field(default=None, description="The model that serves; a promotion pins it.")
    graph: tuple[Node, ...] = Field(
        default=(),
        max_length=20,
        description="Several models behind this endpoint instead of one: the nodes of a graph, as in KServe's "
        "InferenceGraph. Each model is the one that its own deployment pins.",
    )
    visibility: Literal["public", "internal"] = Field(default="internal", description="Who can reach the endpoint.")
    access: Access | None = Field(default=None, description="Who may ask the endpoint.")
    replicas: Replicas = Field(default=Replicas(), description="How many processes serve.")
    rollout: Rollout = Field(default=Rollout(), description="How a new model gets its traffic.")
    smoke: Smoke = Field(default=Smoke(), description="The test before any traffic.")
    log_payloads: bool = Field(default=True, description="Whether requests and answers are logged as CloudEvents.")
    payloads: Payloads = Field(default=Payloads(), description="What of them is logged.")
    drift: Literal["correct", "report"] = Field(default="correct", description="What to do about a change by hand.")
    keep: int | None = Field(default=None, ge=1, description="Smoke tests to keep; unset, all.")

    @property
    def members(self) -> tuple[Address, ...]:
        """Return the deployments whose models it combines; none where it serves a model of its own."""
        return members_of(self.graph)

    @model_validator(mode="after")
    def _has_one_or_several(self) -> Self:
        if self.graph and self.model:
            raise ValueError("give either `model` or `graph`, whose models their own deployments pin")
        check_graph(self.graph)
        return self

    @model_validator(mode="after")
    def _says_who_may_ask(self) -> Self:
        access, is_public = self.access, self.visibility == "public"
        if is_public and not (access and access.ways):
            ways = "access: {keys: [${secret:NAME}]}, {jwt: {issuer: …, audience: …}}, {forward: true} or {open: true}"
            raise ValueError(f"a public endpoint says who may ask it: {ways}")
        if not is_public and access and not access.asks_inside:
            raise ValueError("access is for public endpoints: set visibility: public, or say access.internal: token")
        if not is_public and access and (odd := [name for name in OUTSIDE if getattr(access, name)]):
            raise ValueError(f"access.{odd[0]} is for the public address: leave it out, or set visibility: public")
        return self
