"""The command line: a file per verb, each imported only when it is called, so that `--help` is quick.

Law of the room: it reads what people type and prints what they read. All else is asked of the rooms below.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from reconciler.cli.exits import Exit

VERBS: dict[str, str] = {
    "init": "Make a new repository from the sample.",
    "validate": "Check the specs; tell errors with their places.",
    "plan": "Show what would be done, and do nothing.",
    "apply": "Converge once, then stop.",
    "run": "Run the daemon: watch the repository and keep converging.",
    "status": "Show every resource's condition.",
    "web": "Show all environments on a page in the browser.",
    "get": "Show one resource's status in full, or list those of a kind.",
    "describe": "Show one resource on a page: how it stands, why, and what to do next.",
    "diff": "Show how the specs differ from what was last applied.",
    "wait": "Wait until resources are ready.",
    "logs": "Show what a job printed.",
    "history": "Tell what became of a resource, and when.",
    "open": "Print where a resource can be looked at.",
    "compare": "Show trials side by side.",
    "label": "Label the tasks of a campaign in the browser.",
    "promote": "Propose a trial as a deployment's model.",
    "approve": "Approve a proposal on plain Git, by a signed commit.",
    "rollback": "Propose the model that was live before.",
    "trace": "Tell what an endpoint's answers come from: model, trial, data, commits.",
    "verify": "Hold an endpoint's model against what is told of how it was made.",
    "reproduce": "Make a model again, and see whether it is the same, bit for bit.",
    "try": "Ask for a preview of a pull request, or for its end.",
    "suspend": "Hold a resource as it is.",
    "resume": "Let a suspended resource go on.",
    "reconcile": "Ask for a resource to be made anew now.",
    "git-credential": "Give Git a token of the App of GitHub.",
    "export": "Write a dataset's schema in another tool's format.",
    "import": "Take a dataset's schema from another tool's file.",
    "schema": "Print or write the JSON Schemas of the specs.",
    "notify": "Send a test message to those who are told of what needs a person.",
    "doctor": "Say what is missing on this machine, and how to get it.",
    "token": "Print what lets into an endpoint that asks for a token.",
    "conformance": "Ask a server what the Open Inference Protocol has.",
    "simulate": "Try these specs under faults, in memory.",
    "demo": "Show the whole life of a model on this machine.",
}
"""Every verb with its one line of help; its module is as `module_of` says, its command `command`."""

_MODULES = {"try": "try_out", "import": "import_schema"}
"""Verbs that are words of Python's own, which no module can be called by."""


def module_of(verb: str) -> str:
    """Return the name of a verb's module."""
    return f"reconciler.cli.{_MODULES.get(verb) or verb.replace('-', '_')}"


class Verbs(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of a day's work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb's command."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(module_of(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; for an unknown one, name the nearest."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], VERBS, 1)
            ctx.fail(f"no such verb: {args[0]}" + (f"; did you mean {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="setpoint")
def setpoint() -> None:
    """Keep a machine-learning system at the state that a Git repository describes.

    Completion: eval "$(_SETPOINT_COMPLETE=bash_source setpoint)", or zsh_source, fish_source.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code. Errors go to standard error, each with what to do."""
    try:
        result = setpoint.main(args=arguments, prog_name="setpoint", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return Exit.USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.OK
    except Exception as error:  # noqa: BLE001  the boundary of the command line
        from reconciler.cli.errors import told

        return told(error)
    return int(result) if isinstance(result, int) else Exit.OK
