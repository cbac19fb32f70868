"""Routes and silences of notifications that nothing ever comes to: of names, teams and severities that aren't there.

All that people could be told of the resources of a commit is held against them, as a pass would hold what it sees. It
is a warning: what is told of others is right all the same, and a resource may be on its way.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import translate
from itertools import islice
from typing import NamedTuple

from reconciler.compose.flaws import Flaw
from reconciler.compose.nearest import did_you_mean
from reconciler.model.environment import Environment
from reconciler.model.errors import Severity as Weight
from reconciler.model.ids import Address, kind_of
from reconciler.model.kinds import KINDS
from reconciler.model.notifications import CauseKind, Route, Severity, Silence, severity_of
from reconciler.model.resource import Resource
from reconciler.model.text import printable
from reconciler.plugins import PORTS
from reconciler.yaml.positions import Path

MOST = 100
"""Flaws that are told."""
_PLAIN = "git"
"""The forge that has no pages."""
_OF_KINDS = {CauseKind.ALERTING: ("monitors",), CauseKind.DRIFTED: ("deployments", "labels", "pools")}
"""Kinds of resources that are alone in having a cause."""
_OF_RESOURCES = (CauseKind.STALLED, CauseKind.REVIEW, *_OF_KINDS)


class Possible(NamedTuple):
    """A cause that there can be; `team` is None where it may be of any."""

    kind: CauseKind
    place: str
    team: str | None

    def reaches(self, route: Route) -> bool:
        """Tell whether a route would be told of it."""
        team = self.team if self.team is not None else (route.teams or [""])[0]
        return route.tells(self.kind, self.place, severity_of(self.kind, self.place), team)


def unheard(
    environment: Environment, resources: Mapping[Address, Resource], broken: Iterable[Address]
) -> tuple[Flaw, ...]:
    """Return a warning for each part of an environment's notifications that matches nothing.

    Args:
        environment: whose notifications they are.
        resources: those that composed.
        broken: the addresses of those that didn't, whose teams nobody knows.
    """
    if environment.notifications is None:
        return ()
    causes = _Causes(environment, resources, tuple(broken))
    found = (replace(flaw, severity=Weight.WARNING) for flaw in _all(environment, causes))
    return tuple(islice(found, MOST))


class _Causes:
    """What people could be told in an environment."""

    def __init__(
        self, environment: Environment, resources: Mapping[Address, Resource], broken: tuple[Address, ...]
    ) -> None:
        whose = {address: environment.team or str(getattr(one.spec, "team", "")) for address, one in resources.items()}
        unknown = (*broken, *(f"{kind}/*" for kind in KINDS))
        owners = dict[str, str | None].fromkeys(unknown) | whose
        self.teams = None if broken and not environment.team else {team for team in whose.values() if team}
        self.places = (*owners, "environment", *(f"engines/{port}" for port in PORTS))
        self.all = (
            *(Possible(kind, place, team) for place, team in owners.items() for kind in _kinds(place)),
            Possible(CauseKind.COMMIT, "environment", environment.team),
            *(Possible(CauseKind.UNREAD, f"engines/{port}", "") for port in PORTS),
        )


def _kinds(place: str) -> Iterator[CauseKind]:
    return (kind for kind in _OF_RESOURCES if kind_of(Address(place)) in _OF_KINDS.get(kind, KINDS))


def _all(environment: Environment, causes: _Causes) -> Iterator[Flaw]:
    assert environment.notifications is not None
    for number, route in enumerate(environment.notifications.routes):
        path: Path = ("notifications", "routes", number)
        found = [*_patterns((*path, "only"), route.only or (), causes), *_teams((*path, "teams"), route, causes)]
        yield from found or _never(path, route, causes)
        if route.forge and environment.forge.provider == _PLAIN:
            what = "the environment's forge is plain Git, which has no issues"
            yield Flaw((*path, "forge"), what, "choose another one in `forge`, or tell people by another route")
    for number, silence in enumerate(environment.notifications.silences):
        path = ("notifications", "silences", number)
        yield from [*_patterns((*path, "only"), silence.only, causes)] or _nothing(path, silence, causes)


def _patterns(path: Path, patterns: Iterable[str], causes: _Causes) -> Iterator[Flaw]:
    for number, pattern in enumerate(patterns):
        is_like: Callable[[str], object] = re.compile(translate(pattern)).match
        if not any(map(is_like, causes.places)):
            what = f"nothing here is called `{printable(pattern)}`"
            yield Flaw((*path, number), what, did_you_mean(pattern, causes.places))


def _teams(path: Path, route: Route, causes: _Causes) -> Iterator[Flaw]:
    for number, team in enumerate(route.teams or ()):
        if causes.teams is not None and team not in causes.teams:
            what = f"no resource is of the team `{printable(team)}`"
            yield Flaw((*path, number), what, did_you_mean(team, causes.teams))


def _never(path: Path, route: Route, causes: _Causes) -> Iterator[Flaw]:
    """Tell of a route each part of which is right, and that hears nothing all the same."""
    if _hears(route, causes):
        return
    told = (one for one in reversed(Severity) if _hears(route.model_copy(update={"severity": one}), causes))
    lower = next(told, None)
    if lower is not None:
        what = f"nothing of what this route is about is `{route.severity}`"
        yield Flaw((*path, "severity"), what, f"the most that there can be is `{lower}`")
    else:
        yield Flaw((*path, "about"), f"nothing of that comes to this route: {_about(route)}", _where(route.about))


def _hears(route: Route, causes: _Causes) -> bool:
    return any(cause.reaches(route) for cause in causes.all)


def _nothing(path: Path, silence: Silence, causes: _Causes) -> Iterator[Flaw]:
    if not any(silence.covers(cause.kind, cause.place) for cause in causes.all):
        what = f"nothing of that is told of {', '.join(silence.only[:3])}"
        yield Flaw((*path, "about"), what, _where(silence.about))


def _about(route: Route) -> str:
    told = [f"only {', '.join(route.only[:3])}"] if route.only else []
    told += [f"teams {', '.join(route.teams[:3])}"] if route.teams else []
    return "; ".join(told)


def _where(about: Iterable[CauseKind]) -> str:
    """Say where there can be what is asked for."""
    told = {
        CauseKind.UNREAD: "unread is told of engines/*, which are of no team",
        CauseKind.COMMIT: "commit is told of `environment`, which is of the environment's team",
        CauseKind.ALERTING: "alerting is told of monitors",
        CauseKind.DRIFTED: "drifted is told of deployments, labels and pools",
    }
    return "; ".join(told[kind] for kind in dict.fromkeys(about) if kind in told)
