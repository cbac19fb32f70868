"""`setpoint plan`: what would be done."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed, trusting
from reconciler.cli.output import SIGNS, STYLES, as_json, counted, print_json, say, styled
from reconciler.cli.status_reader import heartbeat_of, now
from reconciler.model.errors import Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.loop.cycle import Pass
    from reconciler.reviews.rehearsal import Rehearsal


@examples("setpoint plan --environment prod", "setpoint plan main..HEAD --format markdown", "setpoint plan --pr 12")
@click.command("plan")
@click.argument("revisions", default="", metavar="[BASE..HEAD]")
@click.option("--pr", "number", type=click.IntRange(min=1), help="The number of a pull request, for BASE..HEAD.")
@click.option(
    "--commit", default="", help="The commit to plan for, pushed or not; by default the watched branch's newest."
)
@click.option(
    "--offline",
    is_flag=True,
    help="With BASE..HEAD or --pr: ask no engine and need no secret; tell what the specs come to, not what is done.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there is something to do.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="markdown: for a comment on a pull request.",
)
@as_json
@placed
@trusting
def command(
    settings: Settings,
    revisions: str,
    number: int | None,
    commit: str,
    offline: bool,
    detailed_exitcode: bool,
    form: str,
    to_json: bool,
) -> int:
    """Show what would be done, and do nothing: the same code as `apply`, up to the writes.

    With BASE..HEAD or --pr: what the merge of HEAD would do that isn't done without it, as it is said on pull requests.
    """
    if revisions or number is not None:
        from reconciler.cli.rehearsing import rehearse

        rehearsal = rehearse(settings, revisions, number, offline=offline)
        return _show_rehearsal(rehearsal, detailed_exitcode, "json" if to_json else form)
    if offline:
        raise Refused("without its engines nothing is known of what is to be done", "give BASE..HEAD, or --pr")
    done = planned(settings, commit)
    _FORMS["json" if to_json else form](done)
    if form == "text" and not to_json:
        say(heartbeat_of(settings).words(now()))
    if done.desired.all_problems():
        return Exit.REFUSED
    return Exit.CHANGES if detailed_exitcode and done.plan.changes else Exit.OK


def _show_rehearsal(rehearsal: "Rehearsal", detailed: bool, form: str) -> int:
    from reconciler.model.reviews import Verdict
    from reconciler.reviews.page import as_document as document
    from reconciler.reviews.page import page

    if form == "json":
        print_json(document(rehearsal))
    else:
        print(page(rehearsal))
    if rehearsal.verdict is not Verdict.SUCCESS:
        return Exit.REFUSED
    return Exit.CHANGES if detailed and not rehearsal.is_quiet else Exit.OK


def planned(settings: Settings, revision: str = "") -> "Pass":
    """Return the plan for a commit, by default the one that is to be applied now.

    Raises:
        Refused: there is no such commit.
        Unavailable: the repository or an engine is out of reach.
    """
    from reconciler.cli.revisions import found
    from reconciler.wiring import open_source, wire

    if not revision:
        wired = wire(settings)
        head = wired.converging.head()
        if head is None:
            raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
        return wired.converging.preview(head)
    commit, place = found(settings, open_source(settings), revision)
    return wire(settings, trees=place.tree).converging.preview(commit)


def as_document(done: "Pass") -> dict[str, object]:
    """Return a plan as JSON-compatible values."""
    plan = done.plan
    return {
        "commit": plan.commit,
        "environment": plan.environment,
        "digest": plan.digest,
        "changes": [change.as_json() for change in plan.changes],
        "resources": {
            d.address: {"state": d.phase.value, "reason": d.reason, "message": d.message, "drifted": d.drifted}
            for d in plan.decisions.values()
        },
        "gpu_hours": cost(done),
        "problems": [str(problem) for problem in done.desired.all_problems()],
        "notes": list(plan.notes),
        "unread": dict(done.actual.unread),
    }


def cost(done: "Pass") -> float:
    """Return the GPU hours that the plan's experiments may cost at the most."""
    from reconciler.controllers.experiments import gpu_hours
    from reconciler.model.kinds.experiments import Experiment

    starting = {change.address for change in done.plan.changes if change.verb == "run"}
    resources = done.desired.resources
    return sum(
        gpu_hours(resources[a]) for a in starting if a in resources and isinstance(resources[a].spec, Experiment)
    )


def summary(done: "Pass") -> str:
    """Say in a line what a plan comes to."""
    plan, hours = done.plan, cost(done)
    where = f"{plan.environment} at {plan.commit[:12]}"
    if not plan.changes:
        return f"nothing to do for {where}"
    told = f", up to {hours:g} GPU hours" if hours else ""
    return f"{counted(len(plan.changes), 'change')} for {where}{told}; plan {plan.digest}"


def show(done: "Pass") -> None:
    """Print a plan for people."""
    plan = done.plan
    for problem in done.desired.all_problems():
        say(styled(problem, "red"))
    for decision in plan.decisions.values():
        phase = decision.phase.value
        if not decision.changes and phase == "ready" and not decision.drifted:
            continue
        say(styled(decision.address, "bold"), "  ", styled(phase, STYLES[phase]), "  ", decision.message)
        for change in decision.changes:
            sign = styled(change.sign, SIGNS.get(change.sign, ""))
            say("  ", sign, f" {change.verb} {change.target}  ", styled(change.why, "dim"))
    for note in plan.notes:
        say(styled(note, "yellow"))
    say(f"\n{summary(done)}")


def show_markdown(done: "Pass") -> None:
    """Print a plan as Markdown, such as for a comment on a pull request."""
    from reconciler.model.markdown import code, escaped, table

    plan, rows = done.plan, []
    for decision in plan.decisions.values():
        rows += [(code(c.sign), code(c.target), escaped(c.verb), escaped(c.why)) for c in decision.changes]
    waiting = [d for d in plan.decisions.values() if not d.changes and d.phase.value in ("stalled", "waiting")]
    parts = [f"**{escaped(summary(done))}**"]
    parts += ["\n".join(f"- 🔴 {code(str(problem))}" for problem in done.desired.all_problems())]
    parts += [table(("", "what", "change", "why"), rows) if rows else ""]
    parts += ["\n".join(f"- {code(d.address)} {d.phase.value}: {escaped(d.message)}" for d in waiting)]
    parts += ["\n".join(f"- {escaped(note)}" for note in plan.notes)]
    print("\n\n".join(part for part in parts if part))


_FORMS: Mapping[str, "Callable[[Pass], None]"] = MappingProxyType(
    {"text": show, "json": lambda done: print_json(as_document(done)), "markdown": show_markdown}
)
