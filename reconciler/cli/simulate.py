"""`setpoint simulate`: these specs under faults, in memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.options import placed
from reconciler.cli.output import as_json, console, counted, print_json, say, table
from reconciler.model.errors import BadSpec, Refused
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.ids import CommitId
    from reconciler.simulation import Files, Report
    from reconciler.watched.branch import Source

COMMITS = 5
"""So many of the newest commits a story goes back to."""
LARGEST = 2**18
"""Bytes of a file that matters at the most: specs, and code that jobs run."""
SEEDS = 10
MANY = 20
"""From this number of seeds on, only those that broke a promise are shown."""


@examples("setpoint simulate --seeds 50", "setpoint simulate --seed 17 --json")
@click.command("simulate")
@click.option("--seed", type=click.IntRange(min=0), help="Play the story of this seed, which decides everything.")
@click.option(
    "--seeds", type=click.IntRange(min=1), help=f"Play so many seeds, counting up; {SEEDS}, or 1 if --seed is given."
)
@click.option("--steps", type=click.IntRange(min=1), default=100, show_default=True, help="Passes under faults.")
@as_json
@placed
def command(settings: Settings, seed: int | None, seeds: int | None, steps: int, to_json: bool) -> int:
    """Try these specs under faults, on engines in memory: nothing outside this process is touched.

    A seed draws what people do (specs changed, broken, removed, brought back; resources suspended, resumed, reconciled;
    proposals merged and declined) and what goes wrong: the daemon dies, calls fail or are slow, jobs crash, listings
    break off, are stale or miss what is new. Exits with 7 when a promise broke.
    """
    from reconciler.simulation import simulate
    from reconciler.wiring import open_source

    source = open_source(settings)
    head = source.head()
    if head is None:
        raise Refused(f"{settings.place} has no commit on {settings.branch}", "commit something first")
    trees = list(states(source, head, settings.environment))
    first, count = (1, seeds or SEEDS) if seed is None else (seed, seeds or 1)
    chosen = shown_as_they_go(range(first, first + count))
    reports = [simulate(trees, settings.environment, number, steps) for number in chosen]
    print_json([report.as_json() for report in reports]) if to_json else show(reports, settings, steps)
    return Exit.OK if all(report.held for report in reports) else Exit.BROKEN


def shown_as_they_go(seeds: Collection[int]) -> Iterable[int]:
    """Go through the seeds; on a terminal, show how many are done: many of them take minutes."""
    from rich.console import Console
    from rich.progress import track

    screen = Console(stderr=True)
    return track(seeds, "playing seeds", console=screen, transient=True, disable=not screen.is_terminal)


def states(source: "Source", head: "CommitId", environment: str) -> "Iterator[Files]":
    """Return the files of the newest commits, the newest last, but former ones without a sound environment.

    Raises:
        BadSpec: the newest commit's environment is broken.
    """
    from reconciler.compose import Cache, compose
    from reconciler.model.ids import CommitId

    commits = [CommitId(entry.commit) for entry in reversed(source.log(commit=head, limit=COMMITS))]
    cache = Cache()
    for commit in commits:
        tree = source.tree(commit)
        try:
            compose(tree, environment, cache)
        except BadSpec:
            if commit == head:
                raise
            continue
        yield {path: tree.read(blob) for path, blob in tree.files.items() if tree.size(blob) <= LARGEST}


def show(reports: "Sequence[Report]", settings: Settings, steps: int) -> None:
    """Print a table of the seeds, then every broken promise with the calls that led to it and how to see it again.

    Of many seeds, those that held are only counted.
    """
    heads = ("seed", "steps", "commits", "calls", "faults", "")
    shown = [r for r in reports if len(reports) <= MANY or not r.held]
    rows = [
        (r.seed, r.steps, r.commits, r.calls, sum(r.faults.values()), "held" if r.held else "BROKEN") for r in shown
    ]
    if rows:
        console().print(table(heads, rows))
    faults = {fault for report in reports for fault in report.faults}
    totals = [(fault, sum(report.faults.get(fault, 0) for report in reports)) for fault in sorted(faults)]
    console().print(table(("fault", "times"), totals))
    for report in reports:
        for violation in report.violations:
            say(f"\nseed {report.seed}, {violation}")
    broken = [report.seed for report in reports if not report.held]
    for seed in broken:
        again = f"setpoint simulate --seed {seed} --steps {steps} --environment {settings.environment}"
        say(f"\nto see it again: {again}")
    passes = sum(report.steps for report in reports)
    told = f"{len(broken)} of {counted(len(reports), 'seed')} broke a promise" if broken else "every promise held"
    say(f"\n{told}, in {passes} passes of {counted(len(reports), 'life', 'lives')}")
