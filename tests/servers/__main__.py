"""`make servers`: build what is missing, for all servers or for those that are named."""

import sys

from tests.servers.building import BuildFailedError, build
from tests.servers.recipes import RECIPES


def main(names: list[str]) -> int:
    """Build; return the exit code of the process."""
    unknown = sorted(set(names) - set(RECIPES))
    if unknown:
        print(f"setpoint: no server {', '.join(unknown)}; there are {', '.join(RECIPES)}", file=sys.stderr)
        return 2
    try:
        build([RECIPES[name] for name in names or RECIPES], _say)
    except BuildFailedError as failure:
        _say(str(failure))
        return 1
    return 0


def _say(word: str) -> None:
    print(f"setpoint: servers: {word}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
