"""Pinned data: a dataset, or labels, that stand on the very version that is pinned, and make nothing anew.

1. A version that is pinned begins to be in force here once it was in every environment that its route comes by before.
2. It is in the data store, has the content that is pinned, and is taken over where another environment made it.
3. While it can't be, what was in force goes on. Where nothing was, those downstream wait.
4. In a later stage of a route nothing is pulled: where nothing is pinned, what this environment has made itself before
   goes on, and what was pinned doesn't.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.promotable import VERSIONS, Pinned, pinned_by
from reconciler.controllers.run_lifecycle import describe_error, surplus, tidy
from reconciler.controllers.served import kept_served, routes, skipped, told, with_served
from reconciler.controllers.status_pictures import pictures
from reconciler.model.change import AcceptRun, Change
from reconciler.model.decision import DataVersion, Decision, Phase, View
from reconciler.model.facts import VersionFacts
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.labels import Labels
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource
from runners.contract.formats import RESULT, is_newer

_KEPT = ("due", "refreshed_for", "alerted", "proposed", "note")
"""Facts that hold whatever is pinned: what asked for the newest version, by which the next one is due."""


def held(resource: Resource, view: View) -> Decision | None:
    """Decide on data that is pinned, or comes by a route; None of data that follows its source."""
    pin = pinned_by(resource)
    if pin is not None:
        return _hindrance(resource, pin, view) or _standing_on(resource, pin, view)
    ways = [address for address, before in routes(resource, view).items() if before]
    return _unpromoted(resource, ways[0], view) if ways else None


def in_force(address: Address, output: DataVersion | None, view: View) -> VersionFacts:
    """Return what is told of the versions that were in force, with the one that is now."""
    if output is None:
        rows = kept_served(address, view)
        return {"in_force": rows} if rows else {}
    return {"content": output.content, "in_force": with_served(address, Pinned(output.run, output.content), view)}


def same_as(output: DataVersion | None, facts: VersionFacts) -> str:
    """Say that a version has the content of the one in force, which keeps its name; empty where it is that one."""
    newest = (told(facts, VERSIONS) or (None,))[-1]
    if output is None or newest is None or newest.run == output.run or newest.digest != output.content:
        return ""
    return (
        f"its content is that of {newest.run}, which stays the version in force since {newest.since:%Y-%m-%d %H:%M} UTC"
    )


def content_of(run: RunName, view: View) -> str | None:
    """Return the content of a version, as the run that made it told; None where there is no such version."""
    result = view.actual.results.get(run)
    if run not in view.actual.data.versions or result is None:
        return None
    return str(result.get("content") or run)


def standing(address: Address, view: View) -> DataVersion | None:
    """Return the version that is in force here by the last status, if this environment has it."""
    facts = view.recorded_facts(address)
    names = [str(facts[name]) for name in ("version", "run") if facts.get(name)]
    names += [one.run for one in reversed(told(facts, VERSIONS)) if one.digest == facts.get("content")]
    for run in map(RunName, names):
        version, content = view.actual.data.versions.get(run), content_of(run, view)
        if version and version.here and content is not None:
            return DataVersion(run, content)
    return None


def _hindrance(resource: Resource, pin: Pinned, view: View) -> Decision | None:
    """Return what keeps a pinned version from being in force; None where nothing does."""
    run, result = RunName(pin.run), view.actual.results.get(RunName(pin.run))
    content = content_of(run, view)
    if why := skipped(resource, pin, view):
        return _goes_on(resource, Phase.STALLED, Reason.SKIPPED_ENVIRONMENT, why, view)
    if content is None or result is None:
        message = (
            f"the pinned {run} is not in the data store: let it have the environment's that made it, or pin another"
        )
        return _goes_on(resource, Phase.STALLED, Reason.VERSION_NOT_FOUND, message, view)
    if is_newer(result, RESULT):
        return _goes_on(resource, Phase.STALLED, Reason.NEWER_FORMAT, describe_error(result), view)
    if content != pin.digest:
        message = f"the pin says {pin.digest[:19]}… and {run} is {content[:19]}…: correct pin.content"
        return _goes_on(resource, Phase.STALLED, Reason.DIGEST_MISMATCH, message, view)
    if not view.actual.data.versions[run].here:
        accept = AcceptRun(address=resource.address, run=run, why="it is pinned here")
        return _goes_on(
            resource, Phase.RECONCILING, Reason.MERGING, f"{run} is being taken over", view, changes=(accept,)
        )
    return None


def _goes_on(
    resource: Resource, phase: Phase, reason: Reason, message: str, view: View, *, changes: tuple[Change, ...] = ()
) -> Decision:
    """Hand on what was in force, and say why that isn't what is pinned."""
    output = standing(resource.address, view)
    told = f"{message}; {output.run} goes on" if output else message
    recorded = {name: fact for name, fact in view.recorded_facts(resource.address).items() if name != "content"}
    facts = {**recorded, **in_force(resource.address, output, view)}
    return Decision(
        address=resource.address,
        phase=phase,
        reason=reason,
        message=told,
        changes=changes,
        facts=facts,
        output=output,
    )


def _standing_on(resource: Resource, pin: Pinned, view: View) -> Decision:
    """Hand on the version that is pinned."""
    run, address = RunName(pin.run), resource.address
    names, result = frozenset({run}), view.actual.results[run]
    spec = resource.spec
    assert isinstance(spec, Dataset | Labels)
    output = DataVersion(run, pin.digest)
    versions = in_force(address, output, view)
    facts = {**_kept(address, view), **_told(run, result), **versions, "pinned": run}
    message = f"version {run.rsplit('/', 1)[1]} is pinned, and nothing newer is asked for"
    return Decision(
        address=address,
        phase=Phase.READY,
        reason=Reason.PINNED,
        message="; ".join(filter(None, [message, same_as(output, versions)])),
        changes=tidy(address, names, view) + surplus(address, spec.keep and spec.keep - 1, names, view),
        facts=facts,
        files=pictures(run, result),
        output=output,
    )


def _unpromoted(resource: Resource, way: Address, view: View) -> Decision:
    """Wait for the first version to be promoted; what was made here before there was a route goes on."""
    address = resource.address
    output = None if view.recorded_facts(address).get("pinned") else standing(address, view)
    message = f"its versions come by the route of {way}, and none is pinned here"
    phase = Phase.READY if output else Phase.WAITING
    told = _told(output.run, view.actual.results[output.run]) if output else {}
    facts = {**_kept(address, view), **told, **in_force(address, output, view)}
    return Decision(
        address=address,
        phase=phase,
        reason=Reason.NO_VERSION,
        message=f"{message}; {output.run} goes on" if output else message,
        changes=tidy(address, frozenset({output.run} if output else ()), view),
        facts=facts,
        output=output,
    )


def _kept(address: Address, view: View) -> Mapping[str, Any]:
    facts = view.recorded_facts(address)
    return {name: facts[name] for name in _KEPT if name in facts}


def _told(run: RunName, result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a version's run told of it, as it is told of one that was made here."""
    return {
        "run": run,
        "stage": "accepted",
        "version": run,
        "metrics": result.get("metrics", {}),
        "result": result.get("facts", {}),
        "pictures": list(pictures(run, result)),
    }
