"""`make servers`: build or install what is missing, for all servers or for those that are named."""

import sys

from tests.formats import environment as formats
from tests.servers.building import BuildFailedError, build
from tests.servers.mlserver import environment
from tests.servers.recipes import GITEA, GITEA_STYLES, RECIPES


def main(names: list[str]) -> int:
    """Build; return the exit code of the process."""
    there_are = [*RECIPES, environment.NAME, formats.NAME]
    unknown = sorted(set(names) - set(there_are))
    if unknown:
        print(f"setpoint: no server {', '.join(unknown)}; there are {', '.join(there_are)}", file=sys.stderr)
        return 2
    wanted = names or there_are
    try:
        styles = [GITEA_STYLES] if GITEA.name in wanted else []
        build([*(RECIPES[name] for name in wanted if name in RECIPES), *styles], _say)
        for one in (environment, formats):
            if one.NAME in wanted:
                one.install(_say)
    except BuildFailedError as failure:
        _say(str(failure))
        return 1
    return 0


def _say(word: str) -> None:
    print(f"setpoint: servers: {word}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
