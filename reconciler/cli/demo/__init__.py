"""`setpoint demo`: the whole life of a model on this machine, on real data, every step of it checked."""

import tempfile
import time
from pathlib import Path

import click

from reconciler.cli.demo.acts import ACTS
from reconciler.cli.demo.closing import close
from reconciler.cli.demo.ground import DemoFailed, Ground, prepare
from reconciler.cli.demo.telling import Telling
from reconciler.cli.exits import Exit
from reconciler.cli.output import print_json


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave everything running at the end.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to make the repository and the data; a new temporary folder by default.",
)
@click.option("--json", "to_json", is_flag=True, help="Print the closing summary as JSON.")
def command(keep: bool, folder: Path | None, to_json: bool) -> int:
    """Show the whole life of a model on this machine, from data to a monitored endpoint. Takes about four minutes."""
    place = (folder or Path(tempfile.mkdtemp(prefix="setpoint-demo-"))).absolute()
    telling = Telling(quiet=to_json)
    telling.head(f"Setpoint's demo, in {place}")
    ground = prepare(place, telling)
    code = Exit.FAILED
    try:
        timings = play(ground, telling)
        summary = close(ground, timings, telling)
        if to_json:
            print_json(summary)
        code = Exit.OK
    except DemoFailed as failure:
        telling.failed(str(failure))
        for name, log in ground.logs().items():
            telling.say(f"the last lines of {name}:\n{log}")
    finally:
        telling.stop()
        if keep:
            telling.say(f"left running; stop it with: kill {' '.join(map(str, ground.process_ids()))}")
            telling.say(f"look around: cd {ground.work} && export SETPOINT_HOME={ground.home}")
        else:
            ground.stop()
    return code


def play(ground: Ground, telling: Telling) -> list[tuple[str, float]]:
    """Play every act; return how long each took in seconds.

    Raises:
        DemoFailed: an act didn't do what it says.
    """
    timings = []
    for number, (title, act) in enumerate(ACTS, 1):
        telling.head(f"{number}. {title}")
        began = time.monotonic()
        act(ground)
        timings.append((title, time.monotonic() - began))
        telling.say(f"[dim]took {timings[-1][1]:.1f} s[/dim]")
    return timings
