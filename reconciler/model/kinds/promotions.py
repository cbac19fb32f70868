"""`promotions`: by which rule a model, a version of data, or a spec's values come from one environment to the next."""

from collections import Counter
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.approvals import Approvals
from reconciler.model.kinds.gates import Gate
from reconciler.model.kinds.recurring import Recurring
from reconciler.model.kinds.replay import Replay
from reconciler.model.kinds.replica import Replica
from reconciler.model.kinds.spec import DNS_LABEL, Block, JobSpec, reference
from reconciler.model.kinds.webhooks import Webhook
from reconciler.model.quantity import Duration, parse_duration
from reconciler.model.text import printable

REVERT = "Revert"
"""How the title of a proposal begins that takes a model back because its release failed."""
EnvironmentName = Annotated[str, Field(pattern=DNS_LABEL)]


_KINDS = ("pools", "datasets", "labels", "experiments", "deployments", "monitors")
AnySpec = Annotated[
    str,
    Field(pattern=rf"^({'|'.join(_KINDS)})/[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?$"),
]
"""A reference to what has a spec whose values can be promoted."""


class Soak(Block):
    """How a model has to prove itself in each environment before this one, on that environment's traffic; so data."""

    served: Duration = Field(
        default_factory=lambda: parse_duration("0s"),
        description="How long it has had all the traffic there; of data and of a spec's values, how long they have "
        "been in force.",
    )
    quiet: Duration | None = Field(
        default=None,
        description="How long the reports on it there have looked at, one after another, without any alert.",
    )


class Freeze(Recurring):
    """A while that comes again, in which the daemon merges nothing. People may."""


class Promotion(JobSpec):
    """Proposes what passes its gates, and merges by itself where approval is `auto`: of one subject.

    Of `experiment` and `deployment` that is the best trial. With a `route` that is so in the environments of its first
    stage, and in each later one it is the model that serves in all environments of the stage before. Of a `dataset` or
    of `labels` it is the version that is in force in all of those; in the first stage data follows its source. Of a
    `spec` it is what its `fields` say in all of those, and what they say in the first stage people decide.
    """

    kind: ClassVar[str] = "promotions"

    experiment: reference("experiments") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Whose best trial is taken.",
        examples=["experiments/example"],
        json_schema_extra={"x-reference": "experiments"},
    )
    deployment: reference("deployments") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Whose model it becomes.",
        examples=["deployments/example"],
        json_schema_extra={"x-reference": "deployments"},
    )
    dataset: reference("datasets") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Whose version is promoted, where it is one of a dataset.",
        examples=["datasets/example"],
        json_schema_extra={"x-reference": "datasets"},
    )
    labels: reference("labels") | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Whose version is promoted, where it is one of labels.",
        examples=["labels/example"],
        json_schema_extra={"x-reference": "labels"},
    )
    spec: AnySpec | None = Field(
        default=None,
        description="Whose values are promoted, where it is some fields of a spec.",
        examples=["deployments/example"],
        json_schema_extra={"x-reference": list(_KINDS)},
    )
    fields: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        max_length=50,
        examples=[["replicas", "rollout"]],
        description="The top-level fields of that spec whose values are promoted, all together.",
    )
    route: tuple[EnvironmentName | tuple[EnvironmentName, ...], ...] = Field(
        default=(),
        max_length=20,
        examples=[["dev", "staging", "prod"], ["dev", ["staging-eu", "staging-us"], "prod"]],
        description="The environments that it comes by one after the other; a stage may be several. Unset, each "
        "environment promotes its own model.",
    )
    soak: Soak | None = Field(default=None, description="What it has to prove in the stage before this one.")
    gates: tuple[Gate, ...] = Field(default=(), description="What it must pass, all of it.")
    replica: Replica | None = Field(
        default=None,
        examples=[{"size": "50Mi", "answers": {"minimum": 1}, "latency": {"p99": "20ms"}, "load": {"rate": 200}}],
        description="What a replica of the model has to hold: its size, what it answers, how fast.",
    )
    replay: Replay | None = Field(
        default=None,
        examples=[{"window": "7d", "rows": 10000, "maximum_differing": 0.2, "maximum_refused": 0}],
        description="What it has to hold on requests that the live model was asked of late, which it answers again.",
    )
    freshness: Duration | None = Field(
        default=None,
        description="How old the data may be, or that which the model was made from, when it is proposed and merged.",
    )
    approval: Literal["review", "auto"] = Field(
        default="review", description="Whether a person merges the proposal, or the daemon when all gates hold."
    )
    approvals: Approvals | None = Field(
        default=None, description="Who approves it, on a forge that has reviews: then the daemon merges it."
    )
    checks: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        default=(),
        max_length=50,
        examples=[["security/scan"]],
        description="Checks by others, by the names of their commit statuses, check runs or jobs, that have to succeed "
        "on a proposal before the daemon merges it.",
    )
    webhooks: tuple[Webhook, ...] = Field(
        default=(),
        max_length=10,
        description="Services of one's own that are asked about a proposal and have to pass it.",
    )
    freeze: tuple[Freeze, ...] = Field(default=(), max_length=50, description="When the daemon merges nothing.")
    revert: Literal["auto", "review", "never"] | None = Field(
        default=None,
        description="What is done about a model whose release fails: its revert is merged, or proposed. Unset, as the "
        "approval is.",
    )
    keep: int | None = Field(default=None, ge=1, description="Comparisons to keep; unset, all.")

    @model_validator(mode="after")
    def _is_of_one_subject(self) -> Self:
        told = [name for name in ("deployment", "dataset", "labels", "spec") if getattr(self, name) is not None]
        if len(told) != 1:
            ways = "experiment and deployment, or dataset, or labels, or spec and fields"
            raise ValueError(f"give {ways}: one of the four")
        if (self.experiment is None) != (self.deployment is None):
            raise ValueError("experiment and deployment go together: give both, or leave both out")
        if self.is_of_spec != bool(self.fields):
            raise ValueError("spec and fields go together: name the fields whose values are promoted")
        return self

    @model_validator(mode="after")
    def _asks_of_data_what_it_has(self) -> Self:
        if self.deployment is not None:
            return self
        noun = "a spec's values" if self.is_of_spec else "data"
        if not self.route and "route" not in self.model_fields_set:
            why = "values come from nowhere" if self.is_of_spec else "data follows its source"
            raise ValueError(f"{why} where no route leads: give a route of two stages at least")
        told = [name for name in ("replica", "replay", "revert", "keep") if getattr(self, name) is not None]
        if told:
            raise ValueError(f"{told[0]} is for models, and this promotes {noun}: leave {told[0]} out")
        if self.is_of_spec and self.freshness is not None:
            raise ValueError("freshness is of data, and this promotes a spec's values: leave freshness out")
        if self.soak is not None and self.soak.quiet is not None and not self._is_watched:
            told_of = "values" if self.is_of_spec else "data"
            raise ValueError(f"soak.quiet is of monitors' reports on a model: {told_of} soaks by soak.served alone")
        for gate in self.gates:
            self._demand_a_figure(gate)
        return self

    def _demand_a_figure(self, gate: Gate) -> None:
        """Refuse what a gate asks of many figures, where there is one.

        Raises:
            ValueError: it does.
        """
        asked = [name for name in ("slice", "confidence") if getattr(gate, name) is not None]
        asked += ["rows"] if gate.rows == "recent" else []
        asked += ["worse_than_live"] if self.is_of_spec and gate.worse_than_live is not None else []
        if not asked:
            return
        metric = printable(gate.metric, 80)
        if asked[0] == "worse_than_live":
            why = "of a number in a spec nobody knows which is the worse: give minimum, or maximum"
            raise ValueError(f"the gate on {metric} has worse_than_live, and {why}")
        what = "in a spec" if self.is_of_spec else "of a version of data"
        raise ValueError(f"the gate on {metric} has {asked[0]}, and {what} there is one figure: leave {asked[0]} out")

    @model_validator(mode="after")
    def _replays_what_it_judges(self) -> Self:
        if self.replay is None and any(gate.rows == "recent" for gate in self.gates):
            raise ValueError("a gate is on recent rows, which replay reads: give replay, such as {window: 7d}")
        return self

    @model_validator(mode="after")
    def _asks_whom_it_needs(self) -> Self:
        if self.approvals is not None and self.approval == "auto":
            raise ValueError("approvals are for approval: review; auto asks nobody")
        return self

    @model_validator(mode="after")
    def _tells_webhooks_apart(self) -> Self:
        twice = [name for name, count in Counter(one.name for one in self.webhooks).items() if count > 1]
        if twice:
            raise ValueError(f"two webhooks are called {twice[0]}: name each otherwise")
        return self

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        twice = [name for name, count in Counter(name for stage in self.stages for name in stage).items() if count > 1]
        if twice:
            raise ValueError(f"the route comes to {twice[0]} twice: name each environment once")
        if any(not stage for stage in self.stages):
            raise ValueError("a stage of the route is empty: name its environments, or leave it out")
        is_taken_away = not self.route and "route" in self.model_fields_set
        if self.soak is not None and len(self.route) < 2 and not is_taken_away:
            raise ValueError("soak is for what served in an environment before: give a route of two stages at least")
        return self

    @property
    def subject(self) -> str:
        """Return whose model, version or values it chooses."""
        return str(self.deployment or self.dataset or self.labels or self.spec)

    @property
    def is_of_data(self) -> bool:
        """Tell whether it promotes versions of data."""
        return self.dataset is not None or self.labels is not None

    @property
    def is_of_spec(self) -> bool:
        """Tell whether it promotes values of a spec."""
        return self.spec is not None

    @property
    def _is_watched(self) -> bool:
        """Tell whether monitors may watch what it promotes something of."""
        return self.deployment is not None or str(self.spec).startswith("deployments/")

    @property
    def tells_of(self) -> tuple[str, ...]:
        """Return the kinds of whose statuses an environment before this one tells what is in force."""
        told = self.kind if self.is_of_spec else self.subject.partition("/")[0]
        return (told, "monitors") if self._is_watched else (told,)

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """Return the stages of the route, each as its environments."""
        return tuple((stage,) if isinstance(stage, str) else stage for stage in self.route)

    def leads_to(self, environment: str) -> bool:
        """Tell whether something comes to an environment: by the route, or, where there is none, each to its own."""
        return not self.route or any(environment in stage for stage in self.stages)

    def before(self, environment: str) -> tuple[str, ...]:
        """Return the environments that come before this one; none in the first stage."""
        place = next((place for place, stage in enumerate(self.stages) if environment in stage), 0)
        return self.stages[place - 1] if place else ()

    def way(self) -> str:
        """Write the route for people: `dev → staging → prod`."""
        return " → ".join(" and ".join(stage) for stage in self.stages)
