"""`setpoint plan`: what would be done."""

import click

from reconciler.cli.exits import Exit
from reconciler.cli.output import SIGNS, STYLES, as_json, console, print_json
from reconciler.cli.place import placed
from reconciler.cli.reading import now
from reconciler.controllers.experiments import gpu_hours
from reconciler.gitstore.heartbeat import read_heartbeat
from reconciler.loop.cycle import Pass
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.model.kinds.experiments import Experiment
from reconciler.settings import Settings
from reconciler.wiring import wire


@click.command("plan")
@click.option("--commit", default="", help="The commit to plan for; by default the watched branch's newest.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there is something to do.")
@as_json
@placed
def command(settings: Settings, commit: str, detailed_exitcode: bool, to_json: bool) -> int:
    """Show what would be done, and do nothing: the same code as `apply`, up to the writes."""
    wired = wire(settings)
    chosen = wired.source.resolve(commit) if commit else wired.converging.head()
    if chosen is None:
        raise Refused(f"{settings.repository} has no commit on {settings.branch}", "commit something first")
    done = wired.converging.preview(CommitId(chosen))
    heartbeat, moment = read_heartbeat(wired.source.repository, settings.environment), now()
    if to_json:
        print_json(as_document(done) | {"daemon": heartbeat.as_json(moment)})
    else:
        show(done)
        console().print(heartbeat.words(moment), markup=False)
    if done.desired.all_problems():
        return Exit.REFUSED
    return Exit.CHANGES if detailed_exitcode and done.plan.changes else Exit.OK


def as_document(done: Pass) -> dict[str, object]:
    """Return a plan as JSON-compatible values."""
    plan = done.plan
    return {
        "commit": plan.commit,
        "environment": plan.environment,
        "digest": plan.digest,
        "changes": [change.as_json() for change in plan.changes],
        "resources": {
            d.address: {"state": d.standing.value, "reason": d.reason, "message": d.message, "drifted": d.drifted}
            for d in plan.decisions.values()
        },
        "gpu_hours": cost(done),
        "problems": [str(problem) for problem in done.desired.all_problems()],
        "notes": list(plan.notes),
        "unread": dict(done.actual.unread),
    }


def cost(done: Pass) -> float:
    """Return the GPU hours that the plan's experiments may cost at the most."""
    starting = {change.address for change in done.plan.changes if change.verb == "run"}
    resources = done.desired.resources
    return sum(
        gpu_hours(resources[a]) for a in starting if a in resources and isinstance(resources[a].spec, Experiment)
    )


def show(done: Pass) -> None:
    """Print a plan for people."""
    out, plan = console(), done.plan
    for problem in done.desired.all_problems():
        out.print(f"[red]{problem}[/red]")
    for decision in plan.decisions.values():
        if not decision.changes and decision.standing.value == "ready" and not decision.drifted:
            continue
        style = STYLES[decision.standing.value]
        out.print(f"[bold]{decision.address}[/bold]  [{style}]{decision.standing.value}[/{style}]  {decision.message}")
        for change in decision.changes:
            colour = SIGNS.get(change.sign, "")
            out.print(f"  [{colour}]{change.sign}[/{colour}] {change.verb} {change.target}  [dim]{change.why}[/dim]")
    for note in plan.notes:
        out.print(f"[yellow]{note}[/yellow]")
    hours = cost(done)
    told = f", up to {hours:g} GPU hours" if hours else ""
    count = len(plan.changes)
    out.print(
        f"\n{count} change{'s' * (count != 1)} for {plan.environment} at {plan.commit[:12]}{told}; plan {plan.digest}"
        if count
        else f"\nnothing to do for {plan.environment} at {plan.commit[:12]}"
    )
