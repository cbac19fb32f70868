"""`notifications` of an environment: who is told of what needs a person, how, and what is kept silent for a while."""

from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.model.kinds.spec import DNS_LABEL, Block
from reconciler.model.kinds.webhooks import http_address
from reconciler.model.quantity import Duration, parse_duration
from runners.contract.secrets import SECRET

Secret = Annotated[str, Field(pattern=f"^{SECRET.pattern}$", examples=["${secret:SLACK}"])]
Pattern = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[a-z0-9*?/\[\]!-]+$")]
Mention = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
Mailbox = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>,;\"\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class Event(StrEnum):
    """What people are told of a cause."""

    BEGAN = "began"
    GOES_ON = "goes_on"
    ENDED = "ended"


class CauseKind(StrEnum):
    """What people are told of."""

    STALLED = "stalled"
    """A resource can't go on without a person."""
    ALERTING = "alerting"
    """The newest report of a monitor alerts."""
    DRIFTED = "drifted"
    """Somebody changed in an engine what a spec describes, and the spec says to leave that."""
    UNREAD = "unread"
    """An engine can't be read, so that nothing that depends on it is changed."""
    COMMIT = "commit"
    """The newest commit isn't applied, or not all of it."""
    REVIEW = "review"
    """A proposal waits for a person."""


class Severity(StrEnum):
    """How much a cause matters, the least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return its place in the order."""
        return list(Severity).index(self)


def severity_of(kind: CauseKind, place: str) -> Severity:
    """Return how much a cause matters: most where requests of people are answered, or an engine isn't."""
    if kind is CauseKind.REVIEW:
        return Severity.INFO
    is_served = kind is CauseKind.STALLED and place.startswith("deployments/")
    return Severity.CRITICAL if is_served or kind is CauseKind.UNREAD else Severity.WARNING


class WebhookTarget(Block):
    """A service of one's own: a CloudEvent for each cause, when it begins, goes on and ends."""

    url: Annotated[str, AfterValidator(http_address)] = Field(
        max_length=500, description="Where events are taken.", examples=["https://hooks.example.com/setpoint"]
    )
    secret: Secret | None = Field(
        default=None, description="The secret that requests are signed with, as Standard Webhooks has it."
    )


class AlertmanagerTarget(Block):
    """Prometheus' Alertmanager, by version 2 of its API."""

    url: Annotated[str, AfterValidator(http_address)] = Field(
        max_length=500, description="Where it is, without `/api/v2/alerts`.", examples=["https://alerts.example.com"]
    )
    token: Secret | None = Field(default=None, description="The secret that is sent as `Authorization: Bearer`.")


class MailTarget(Block):
    """A server that takes mail, by SMTP."""

    server: str = Field(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?$",
        description="Its host, and its port where that isn't 587 (465 with `tls: always`).",
        examples=["smtp.example.com:587"],
    )
    sender: Mailbox = Field(description="From whom mails are.", examples=["setpoint@example.com"])
    to: list[Mailbox] = Field(min_length=1, max_length=50, description="To whom mails go.")
    tls: Literal["starttls", "always", "never"] = Field(
        default="starttls",
        description="starttls: the connection is encrypted once it is there; always: from its beginning; "
        "never: not at all, for a server on the same machine.",
    )
    user: str | None = Field(default=None, max_length=254, description="Who we are, where the server asks.")
    password: Secret | None = Field(default=None, description="The secret that goes with the user.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("a user and a password go together")
        if self.password and self.tls == "never":
            raise ValueError("a password isn't sent unencrypted: use tls starttls or always")
        return self


class ForgeTarget(Block):
    """The repository's own forge: the pull request whose merge released the model, or an issue where there is none."""

    mention: list[Mention] = Field(
        default=[],
        max_length=20,
        description="People and teams by their names on the forge, which tells them in its own way.",
        examples=[["ada", "acme/risk"]],
    )


def _seldom(value: object) -> object:
    span = parse_duration(value)
    if not 60 <= span.total_seconds() <= 366 * 86400:
        raise ValueError("tell again after 1m to 366d")
    return span


class Route(Block):
    """Who is told of what. Exactly one of `webhook`, `slack`, `mail`, `alertmanager` and `forge` says how."""

    name: str = Field(pattern=DNS_LABEL, description="What it is called in messages and metrics.", examples=["oncall"])
    webhook: WebhookTarget | None = Field(default=None, description="A service of one's own.")
    slack: Secret | None = Field(default=None, description="The secret that is the address of Slack's webhook.")
    mail: MailTarget | None = Field(default=None, description="People, by mail.")
    alertmanager: AlertmanagerTarget | None = Field(default=None, description="Prometheus' Alertmanager.")
    forge: ForgeTarget | None = Field(default=None, description="Comments and issues on the repository's forge.")
    about: list[CauseKind] = Field(default=list(CauseKind), min_length=1, description="Of what it tells.")
    severity: Severity = Field(default=Severity.INFO, description="The least severity of which it tells.")
    teams: list[str] | None = Field(
        default=None, max_length=200, description="Whose resources it tells of; unset, everybody's."
    )
    only: list[Pattern] | None = Field(
        default=None,
        max_length=200,
        description="Of which resources it tells, by patterns of their addresses; unset, of all.",
        examples=[["deployments/*", "monitors/*"]],
    )
    after: Duration = Field(
        default_factory=lambda: parse_duration("1m"),
        description="How long a cause has to stand before it is told: many go by themselves.",
    )
    again: Annotated[Duration, AfterValidator(_seldom)] | None = Field(
        default=None, description="After how long a cause that still stands is told again; unset, never."
    )

    @model_validator(mode="after")
    def _goes_to_one_place(self) -> Self:
        if len([1 for one in (self.webhook, self.slack, self.mail, self.alertmanager, self.forge) if one]) != 1:
            raise ValueError("give exactly one of webhook, slack, mail, alertmanager and forge")
        return self

    def tells(self, kind: CauseKind, place: str, severity: Severity, team: str) -> bool:
        """Tell whether it is told of a cause."""
        return (
            kind in self.about
            and severity.rank >= self.severity.rank
            and (self.teams is None or team in self.teams)
            and (self.only is None or any(fnmatchcase(place, pattern) for pattern in self.only))
        )


class Silence(Block):
    """What nobody is told of for a while."""

    only: list[Pattern] = Field(
        min_length=1, max_length=200, description="Patterns of addresses.", examples=[["experiments/*"]]
    )
    about: list[CauseKind] = Field(default=list(CauseKind), min_length=1, description="Of what.")
    until: datetime = Field(description="Till when, with its time zone.", examples=["2026-12-24T18:00:00Z"])
    because: str = Field(min_length=1, max_length=500, description="Why.")

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.until.tzinfo is None:
            raise ValueError("until has no time zone: end it with Z, or with +01:00")
        return self

    def covers(self, kind: CauseKind, place: str) -> bool:
        """Tell whether it keeps a cause silent, while it holds."""
        return kind in self.about and any(fnmatchcase(place, pattern) for pattern in self.only)


class Notifications(Block):
    """Who is told when something needs a person, and when it no longer does."""

    routes: list[Route] = Field(min_length=1, max_length=50, description="Who is told; each by itself.")
    silences: list[Silence] = Field(default=[], max_length=200, description="What nobody is told of for a while.")

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        names = [route.name for route in self.routes]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two routes are called {twice}")
        return self
