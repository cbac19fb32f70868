"""`setpoint demo`: the whole life of a model on this machine, on real data, every step of it checked."""

import shlex
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.examples import examples
from reconciler.cli.exits import Exit
from reconciler.cli.output import print_json, styled
from reconciler.model.errors import Refused

if TYPE_CHECKING:
    from reconciler.cli.demo.display import Display
    from reconciler.cli.demo.workspace import Workspace


@examples("setpoint demo --keep --folder ~/demo", "setpoint demo --stop --folder ~/demo")
@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave everything running at the end.")
@click.option("--stop", is_flag=True, help="End what --keep left running in --folder.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to make the repository and the data; a new temporary folder by default.",
)
@click.option("--json", "to_json", is_flag=True, help="Print the closing summary as JSON.")
def command(keep: bool, stop: bool, folder: Path | None, to_json: bool) -> int:
    """Show the whole life of a model on this machine, from data to a monitored endpoint. Takes about four minutes."""
    if stop:
        from reconciler.cli.demo.cleanup import end_demo

        if folder is None:
            raise click.UsageError("--stop needs --folder, as the demo named it")
        end_demo(folder.absolute())
        return Exit.OK
    _check_extras()
    return _show(keep, (folder or Path(tempfile.mkdtemp(prefix="setpoint-demo-"))).absolute(), to_json)


def _check_extras() -> None:
    """Refuse to begin where the demo's packages aren't installed.

    Raises:
        Refused: some are missing.
    """
    from reconciler.cli.doctor import EXTRAS, NEEDED, missing

    lacking = [extra for extra in NEEDED if missing(EXTRAS[extra])]
    if lacking:
        named = f"'setpoint[{','.join(NEEDED)}]'"
        fix = f"pip install {named}, or uvx --from {named} setpoint demo; see `setpoint doctor`"
        raise Refused(f"the demo needs the extras {','.join(NEEDED)}", fix)


def _show(keep: bool, place: Path, to_json: bool) -> Exit:
    from reconciler.cli.demo.closing import close
    from reconciler.cli.demo.display import Display
    from reconciler.cli.demo.workspace import DemoFailed, prepare
    from reconciler.cli.doctor import EXTRAS, missing

    display = Display(quiet=to_json)
    display.head(f"Setpoint's demo, in {place}")
    workspace = prepare(place, display)
    if keep and not missing(EXTRAS["web"]):
        workspace.options = ("--web", "127.0.0.1:0")
    code = Exit.FAILED
    try:
        timings = play(workspace, display)
        summary = close(workspace, timings, display)
        if to_json:
            print_json(summary)
        code = Exit.OK
    except DemoFailed as failure:
        display.failed(str(failure))
        for name, log in workspace.logs().items():
            display.say(f"the last lines of {name}:\n{log}")
    finally:
        display.stop()
        if keep:
            _tell_kept(workspace, display)
        else:
            workspace.stop()
    return code


def _tell_kept(workspace: "Workspace", display: "Display") -> None:
    """Say how to look around in what was left running, and how to end it."""
    import sys

    command = shlex.quote(str(Path(sys.executable).parent / "setpoint"))
    work, home, folder = (shlex.quote(str(path)) for path in (workspace.work, workspace.home, workspace.folder))
    display.head("It was left running")
    display.say(f"look around: cd {work} && export SETPOINT_HOME={home} SETPOINT_ENVIRONMENT=prod")
    display.say(f"             {command} status")
    for page in workspace.pages():
        display.say(f"             {page}")
    display.say(f"             {command} web -e dev -e prod --browser")
    display.say(f"end it:      {command} demo --stop --folder {folder}")


def play(workspace: "Workspace", display: "Display") -> list[tuple[str, float]]:
    """Play every act; return how long each took in seconds.

    Raises:
        DemoFailed: an act didn't do what it says.
    """
    from reconciler.cli.demo.acts import ACTS

    timings = []
    for number, (title, act) in enumerate(ACTS, 1):
        display.head(f"{number}. {title}")
        began = time.monotonic()
        act(workspace)
        timings.append((title, time.monotonic() - began))
        display.say(styled(f"took {timings[-1][1]:.1f} s", "dim"))
    return timings
