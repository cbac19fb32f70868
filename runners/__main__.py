"""The door of every job: `python -m runners REQUEST.json` runs one request and leaves its `result.json`."""

import sys

from runners.harness import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
