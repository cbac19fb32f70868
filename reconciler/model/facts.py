"""Facts: what the status of each kind tells beside its conditions, and what of it outlives a pass.

They stand on the status branch, where people and scripts read them, and where the next pass finds what it must know
again: which version was last asked for, what was proposed, what was rolled back. What isn't there is left out.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, TypedDict, get_origin, get_type_hints


class IsMoment:
    """Marks a text that says a moment, in ISO 8601."""


Moment = Annotated[str, IsMoment]


class Facts(TypedDict, total=False):
    """What any resource may tell."""

    problems: list[str]
    """What is wrong with its spec, with file, line and column."""
    approved: str
    """Of one whose spec is gone: the approval by which it is deleted."""
    moved_from: list[str]
    """Its former names, the oldest first: what it made is named by that one."""


class RunFacts(Facts, total=False):
    """What a resource tells that is made by one run after another."""

    run: str
    """The run that is followed now."""
    stage: str
    """How far that run is: `waiting`, `running`, `finishing`, `accepted`, `rejected` or `failed`."""
    result: dict[str, Any]
    """What the run's runner tells of it."""
    due: Moment
    """Since when a new version is due: what asked for the run."""
    pictures: list[str]
    """Pictures of it on the status branch."""
    made_from: dict[str, str]
    """What its newest run was made from: a digest of each part, by which a plan says what has changed."""


class ProposerFacts(Facts, total=False):
    """What a resource tells that makes proposals."""

    proposed: list[str]
    """Proposals that it has made, the newest last."""


class VersionFacts(RunFacts, total=False):
    """What a resource tells that hands on one version of data after another."""

    version: str
    """The newest version that was accepted."""
    metrics: dict[str, float]
    content: str
    """The digest of the content that is handed on; nothing is, where it isn't told."""
    pinned: str
    """The version that is pinned, where one is."""
    in_force: list[dict[str, str]]
    """Versions that were handed on, the newest last: `version`, `content`, and `since` when."""


class DatasetFacts(VersionFacts, ProposerFacts, total=False):
    """What a dataset tells."""

    violations: list[dict[str, Any]]
    """Where the data breaks its schema."""
    refreshed_for: str
    """The report whose alert asked for the run."""
    alerted: Moment
    """When that alert was raised."""
    former: str
    """The version that the run goes on with, where its source grows."""
    taken_over: str
    """The run, where another environment had made it before this one began."""
    proposal: str
    """The branch of a schema that waits for its merge."""


class LabelFacts(VersionFacts, total=False):
    """What labels tell."""

    note: str
    project: dict[str, Any]
    """Of a campaign its project: `url`, how many `tasks` it has, and how many `answers`."""
    asked: str
    """A digest of what the project was last given to ask and to tell."""
    scores: dict[str, dict[str, str]]
    """Of a campaign that asks models, by deployment: `run`, `content`, `model`, and a digest of `where`."""
    vanished: Moment
    """Since when a project that had answers isn't there any more."""
    version: str
    """Of a campaign the newest labels that were accepted."""
    content: str
    """The digest of what they say."""


class ExperimentFacts(ProposerFacts, total=False):
    """What an experiment tells."""

    dataset: str
    """The version of the data that its trials are of."""
    metric: dict[str, Any]
    """What ranks its trials: `name` and `goal`."""
    leaderboard: list[Mapping[str, Any]]
    """Its trials, the best first; of many the first page."""
    leaderboard_pages: list[str]
    """Where further trials stand on the status branch."""
    trials: int
    """How many trials there are, where not all stand here."""
    pictures: list[str]
    """Pictures of the best trial on the status branch."""
    proposal: str
    """The branch of preparations that wait for their merge."""
    made_from: dict[str, str]
    """What its newest trials were made from, but their own parameters: a digest of each part."""


class PromotionFacts(ProposerFacts, total=False):
    """What a promotion tells."""

    deployment: str
    """Whose model it chooses; of data the `subject` is told instead."""
    subject: str
    """The dataset or the labels whose version it chooses."""
    spec: str
    """The resource of whose spec it promotes the values of some `fields`."""
    fields: list[str]
    content: str
    """The digest of what these fields say, while that is in force here."""
    in_force: list[dict[str, str]]
    """What they said while that was in force, the newest last: `values`, `content`, and `since` when."""
    candidate: str
    """The trial that is chosen, or the version."""
    proposal: str
    """The proposal's name."""
    evidence: str
    """The text that a reviewer reads."""
    promoted: list[str]
    """Trials that have been live, or versions that have been pinned, the newest last."""
    contents: dict[str, str]
    """The content of each such version: the same data under another name is held, too."""
    taken_back: list[str]
    """Those that gave way to one that had been live before, or to none: automation brings none of them back."""
    opened: list[str]
    """When proposals were made within the last hour."""
    pictures: list[str]
    """Pictures of the comparison and of the candidate on the status branch, which the proposal's page shows."""
    asked: list[dict[str, Any]]
    """What webhooks said of the proposal: `question`, `verdict`, `reason`, and when they were `asked`."""
    after: list[str]
    """Environments that it has to be in force in before this one."""
    replayed: dict[str, Any]
    """Of the recent requests that the candidate answered again: up to when they go (`end`), by which `run`, a `key` of
    what was asked for, and of how many `rows` what is known."""


class DeploymentFacts(Facts, total=False):
    """What a deployment tells."""

    url: str
    trial: str
    """The trial whose model is pinned; of a graph the name of all its models together."""
    models: dict[str, str]
    """Of a graph the trial of each of its models, by its name there."""
    revision: str
    """The revision that the spec asks for."""
    traffic: dict[str, int]
    """Per cent of the requests by revision."""
    revisions: dict[str, dict[str, Any]]
    """Of each revision its `trial`, its `state`, and how many replicas are `ready`."""
    rolled_back: list[str]
    """Revisions that were rolled back, the newest last."""
    served: list[dict[str, str]]
    """Models that had all the traffic, the newest last: `trial`, `digest`, and `since` when."""
    test: dict[str, Any]
    """The A/B test of the revision: against which other one (`live`), since when (`start`) and until when at the most
    (`stop`), what is known (`gain` with `low` and `high`, `means`, `units`, `verdict`), and what the next one needs."""


class MonitorFacts(ProposerFacts, total=False):
    """What a monitor tells."""

    due: Moment
    """Up to when the newest report looks."""
    reports: list[str]
    """Reports that are shown, the newest first."""
    newest: str
    alerts: list[dict[str, Any]]
    """Alerts that stand: `what`, `since`, `model`."""
    causes: list[dict[str, Any]]
    """Why they stand, the dearest first: `what`, what to do (`action`, `fix`), `columns`, the `alerts` that each
    raised, its `cost`, and the `origin` in the data."""
    segments: dict[str, Any]
    """The worst segments of the newest report (`worst`), the `metric` that they are told by, and their `count`."""
    figures: dict[str, Any]
    """Figures of the newest report."""
    waits: dict[str, Any]
    """Of a window with too few rows: `rows`, how many are `needed`, and `since` when."""
    quiet: dict[str, str]
    """The unbroken row of reports on the model that serves which raise no alert: `model`, and what they looked at,
    `since` when and `until` when."""
    action: str
    """What an alert does."""
    acting_since: Moment
    """Since when alerts do that."""


class PoolFacts(Facts, total=False):
    """What a pool tells."""

    teams: dict[str, Any]
    """What each team uses now, and how many of its jobs wait."""
    configured: str
    """The digest of the configuration that it was given."""
    meter: dict[str, Any]
    """How much of it each team used over time."""
    jobs: list[dict[str, Any]]
    """Its jobs: those that wait or run, and the last that ended; what each asks for, and when it began and ended."""


FACTS: Mapping[str, type[Facts]] = MappingProxyType(
    {
        "datasets": DatasetFacts,
        "labels": LabelFacts,
        "experiments": ExperimentFacts,
        "promotions": PromotionFacts,
        "deployments": DeploymentFacts,
        "monitors": MonitorFacts,
        "pools": PoolFacts,
    }
)
"""The facts of every kind."""


@cache
def shapes(kind: str) -> Mapping[str, type]:
    """Return what each fact of a kind is made of: `str`, `list`, `dict`, or `IsMoment` where a text says a moment."""
    return {name: _shape(hint) for name, hint in get_type_hints(FACTS[kind], include_extras=True).items()}


def _shape(hint: Any) -> type:
    if get_origin(hint) is Annotated:
        return IsMoment
    return get_origin(hint) or hint  # type: ignore[no-any-return]
