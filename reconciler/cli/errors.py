"""Errors as the command line tells them: what happened, where, what to do."""

import os
import sys
import traceback

from reconciler.cli.exits import Exit
from reconciler.model.errors import BadSpec, Refused, SetpointError


def told(error: Exception) -> Exit:
    """Print an error to standard error and return the exit code that goes with it."""
    if isinstance(error, BadSpec):
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return Exit.REFUSED
    if isinstance(error, SetpointError):
        print(f"setpoint: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  → {error.hint}", file=sys.stderr)
        return Exit.REFUSED if isinstance(error, Refused) else Exit.UNAVAILABLE
    if os.environ.get("SETPOINT_DEBUG"):
        traceback.print_exception(error)
    print(f"setpoint: {type(error).__name__}: {error}", file=sys.stderr)
    print("  → a defect, or something unforeseen; SETPOINT_DEBUG=1 shows where", file=sys.stderr)
    return Exit.FAILED
