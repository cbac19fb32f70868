"""`python -m reconciler`, which is also the command `setpoint`."""

import sys

from reconciler.cli import main

if __name__ == "__main__":
    sys.exit(main())
