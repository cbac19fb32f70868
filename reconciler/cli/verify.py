"""`setpoint verify`: from an endpoint back to what its model was made from, each link held against the next."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.completion import complete_addresses
from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, counted, print_json, say
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.cli.links import Link
    from reconciler.loop.cycle import Pass
    from reconciler.model.commit_policy import CommitPolicy
    from reconciler.model.ids import CommitId
    from reconciler.model.kinds.deployments import Model
    from reconciler.ports.engines import Engines
    from reconciler.wiring import Wired

STYLES = {"ok": "green", "not ok": "red", "not looked at": "yellow"}


@examples(
    "setpoint verify deployments/employment --environment prod",
    "setpoint verify experiments/employment/3f2a1b4c5d6e --environment dev --strict",
)
@click.command("verify")
@click.argument("subject", shell_complete=complete_addresses)
@click.option(
    "--signers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Who may have signed the statement, as ssh-keygen(1) reads it; by default allowed_signers of the environment.",
)
@click.option("--strict", is_flag=True, help="What wasn't looked at is an error, too.")
@as_json
@placed
def command(settings: Settings, subject: str, signers: Path | None, strict: bool, to_json: bool) -> int:
    """Hold SUBJECT, a deployment or a trial, against what is told of how its model was made.

    It goes from the endpoint back: the revision that has the traffic, the pin, the model in the data store, the signed
    statement about it, the commit that asked for it, and the data that it was made from. Exit code 7 says that a link
    doesn't hold.
    """
    found = list(chain(settings, subject, signers))
    verdicts = [link.verdict.value for link in found]
    is_broken = "not ok" in verdicts or (strict and "not looked at" in verdicts)
    if to_json:
        print_json({"subject": subject, "verified": not is_broken, "links": [link.as_json() for link in found]})
    else:
        _show(found)
    return Exit.BROKEN if is_broken else Exit.OK


def chain(settings: Settings, subject: str, signers: Path | None = None) -> "Iterator[Link]":
    """Yield the links of the chain, from the endpoint back.

    Raises:
        Refused: it is no deployment with a model, and no trial with one.
    """
    from reconciler.compose.commit_policy import read_policy, ssh_signers
    from reconciler.signatures import pinned

    ground = _ground(settings)
    source = ground.wired.source
    models = yield from _pinned(ground, subject)
    tree = source.tree(ground.commit)
    told_signers = pinned([signers] if signers else [])
    allowed = told_signers.ssh if told_signers else ssh_signers(tree, settings.environment)
    is_demanded = bool(signers) or ground.done.desired.model_signers is not None
    policy = read_policy(tree, settings.environment)
    for name, model in models.items():
        for link in _made(ground, model, policy, allowed, is_demanded=is_demanded):
            yield replace(link, name=f"{name}, {link.name}") if len(models) > 1 else link


def _made(
    ground: "_Ground", model: "Model", policy: "CommitPolicy", signers: bytes, *, is_demanded: bool
) -> "Iterator[Link]":
    """Yield the links from a model back to what it was made from."""
    from reconciler.cli import links
    from reconciler.model.ids import RunName
    from reconciler.wiring import SystemClock

    reader = ground.engines.reader
    yield links.model_link(reader, model)
    link, told = links.statement_link(reader, model, signers, is_demanded, SystemClock().now())
    yield link
    if told is None:
        for name in ("files", "specs", "data"):
            yield links.Link(name, links.Verdict.UNSEEN, "only a statement tells of it")
        return
    yield links.files_link(reader, RunName(model.trial), told)
    yield from links.commit_links(ground.wired.source, ground.commit, told, policy)
    yield from links.data_links(reader, ground.done.actual.data, told)


@dataclass(frozen=True)
class _Ground:
    """An environment as its commit in force has it: what is asked for, what is there, and by what that is read."""

    wired: "Wired"
    commit: "CommitId"
    done: "Pass"
    engines: "Engines"


def _ground(settings: Settings) -> _Ground:
    from reconciler.model.errors import Refused
    from reconciler.wiring import wire

    wired = wire(settings)
    commit = wired.converging.head()
    if commit is None:
        raise Refused("the watched branch has no commit", "push one first")
    done = wired.converging.preview(commit)
    engines = wired.converging.engines
    assert engines is not None, "a preview builds them"
    return _Ground(wired, commit, done, engines)


def _pinned(ground: _Ground, subject: str) -> "Generator[Link, None, Mapping[str, Model]]":
    """Yield the links from an endpoint to its pins, and return these by name; of a trial there are none."""
    from reconciler.cli import links
    from reconciler.cli.trace import pinned_by
    from reconciler.controllers.members import combined, members_of, missing
    from reconciler.model.errors import Refused
    from reconciler.model.ids import name_of
    from reconciler.model.kinds.deployments import Deployment

    settings = ground.wired.settings
    if subject.startswith("experiments/"):
        return {subject: _model_of(ground, subject)}
    resource = next((r for a, r in ground.done.desired.resources.items() if a == subject), None)
    if resource is None or not isinstance(resource.spec, Deployment):
        known = ", ".join(ground.done.desired.of_kind(Deployment)) or "none"
        raise Refused(f"{subject} is no deployment of {settings.environment}, and no trial", f"it has: {known}")
    members = members_of(resource.spec, ground.done.desired)
    model = resource.spec.model or combined(resource.identity, resource.spec, members)
    if model is None:
        why = missing(resource.spec, members) if members else "a promotion proposes one, or `setpoint promote`"
        raise Refused(f"{subject} has no model yet", why)
    endpoint = ground.done.actual.endpoints.get(resource.identity)
    yield links.endpoint_link(resource.spec, model, endpoint)
    pinning = [ground.done.desired.resources[address] for address in resource.spec.members] or [resource]
    for one in pinning:
        paths = [f"environments/{settings.environment}/{name}.yaml" for name in (one.address, *reversed(one.former))]
        link = links.pin_link(pinned_by(ground.wired.source, ground.commit, paths))
        yield replace(link, name=f"{name_of(one.address)}, {link.name}") if members else link
    return {name: pin for name, pin in members.items() if pin} or {subject: resource.spec.model or model}


def _model_of(ground: _Ground, trial: str) -> "Model":
    """Return the model that a trial has left.

    Raises:
        Refused: there is none.
    """
    from pydantic import ValidationError

    from reconciler.model.errors import Refused
    from reconciler.model.ids import RunName
    from reconciler.model.kinds.deployments import Model
    from reconciler.provenance.statement import model_of

    result = ground.done.actual.results.get(RunName(trial), {})
    try:
        return Model(trial=trial, digest=model_of(result))
    except ValidationError:
        what = f"{trial} has left no model that is in the data store of {ground.wired.settings.environment}"
        raise Refused(what, "name a trial: experiments/<name>/<digest>; `setpoint compare` lists them") from None


def _show(found: "Sequence[Link]") -> None:
    """Print a line for each link, and what follows from all of them."""
    wide = max(len(link.name) for link in found)
    for link in found:
        say(f"{link.verdict.value:<14}", style=STYLES[link.verdict.value], end="")
        say(f"{link.name:<{wide}}  {link.what}")
    counts = {value: sum(link.verdict.value == value for link in found) for value in STYLES}
    bad, unseen = counts["not ok"], counts["not looked at"]
    told = f"{counted(counts['ok'], 'link')} of {len(found)} {'holds' if counts['ok'] == 1 else 'hold'}"
    more = f", {bad} {'does' if bad == 1 else 'do'} not" if bad else ""
    say(f"{told}{more}" + (f", {unseen} {'was' if unseen == 1 else 'were'} not looked at" if unseen else ""))
