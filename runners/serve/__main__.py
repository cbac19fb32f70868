"""`python -m runners.serve [CONFIG.json]`: serve one model until SIGTERM."""

import sys

from runners.outlet import scrub_beside


def run() -> int:
    """Serve; return the exit code. What scrubs the log beside it needs none of this in memory."""
    from runners.serve.start import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    scrub_beside()
    sys.exit(run())
