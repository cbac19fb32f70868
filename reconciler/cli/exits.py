"""The exit codes of `setpoint`: documented, and stable."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    FAILED = 1
    """Something unforeseen; the message says what."""
    CHANGES = 2
    """`plan --detailed-exitcode` and `diff --exit-code`: there is something to do."""
    REFUSED = 3
    """The specs or the request are wrong: a person must change them."""
    STALLED = 4
    """`wait` and `apply`: a resource is stalled."""
    TIMEOUT = 5
    """`wait` and `apply`: not converged in time."""
    UNAVAILABLE = 6
    """An engine, the repository or the lease couldn't be reached, or the daemon died and no other took over."""
    BROKEN = 7
    """`simulate`: a promise broke; the report says which, and the seed that shows it again.

    `verify`: a link of the chain doesn't hold. `reproduce`: another model came of it. `conformance`: a check failed.
    """
    USAGE = 64
    """The command line is wrong (EX_USAGE)."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""
