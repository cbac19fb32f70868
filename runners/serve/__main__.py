"""`python -m runners.serve [CONFIG.json]`: serve one model until SIGTERM."""

import sys

from runners.serve.start import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
