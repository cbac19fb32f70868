"""Examples of a verb's use, at the end of its help."""

from collections.abc import Callable

import click


def examples(*lines: str) -> Callable[[click.Command], click.Command]:
    """Give a command examples; each is a command line as it is typed, and a test holds that it can be read."""

    def given(command: click.Command) -> click.Command:
        command.epilog = "Examples:\n\n\b\n" + "\n".join(f"  {line}" for line in lines)
        return command

    return given
