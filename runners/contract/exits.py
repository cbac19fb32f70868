"""Exit codes of jobs and endpoints, which follow sysexits.h; the table of the package says what the daemon does."""

USAGE = 64
"""EX_USAGE: what was started isn't what the daemon takes it for, such as the runners of another time."""
REFUSED = 65
"""EX_DATAERR: a person must change the input."""
DEFECT = 70
"""EX_SOFTWARE: an error that nobody foresaw, and that comes again however often it is tried."""
CRASHED = 71
"""EX_OSERR: what the runner ran on failed it, such as a process that was killed; a retry may help."""
UNAVAILABLE = 75
"""EX_TEMPFAIL: trying again later may help."""
TIMED_OUT = 124
"""A job that was stopped at its timeout, as of `timeout` (coreutils)."""
