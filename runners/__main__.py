"""The door of every job: `python -m runners REQUEST.json` runs one request and leaves its `result.json`."""

import sys

from runners.outlet import scrubbing


def run() -> int:
    """Run the request; return the exit code. What only passes its output on needs none of this in memory."""
    from runners.harness import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(scrubbing(run))
