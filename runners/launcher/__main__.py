"""The door of every job on a cluster: `python -m runners.launcher`."""

import sys

from runners.launcher.launch import main

if __name__ == "__main__":
    sys.exit(main())
