"""`make servers`: build or install what is missing, for all servers or for those that are named."""

import sys

from tests.formats import environment as formats
from tests.servers.building import BuildFailedError, build
from tests.servers.kafka import environment as kafka
from tests.servers.label_studio import environment as label_studio
from tests.servers.mariadb import environment as mariadb
from tests.servers.mlserver import environment as mlserver
from tests.servers.recipes import GITEA, GITEA_STYLES, RECIPES

WHEELS = (mlserver, label_studio, formats, kafka, mariadb)
"""Servers that are installed, not built."""


def main(names: list[str]) -> int:
    """Build; return the exit code of the process."""
    there_are = [*RECIPES, *(one.NAME for one in WHEELS)]
    unknown = sorted(set(names) - set(there_are))
    if unknown:
        print(f"setpoint: no server {', '.join(unknown)}; there are {', '.join(there_are)}", file=sys.stderr)
        return 2
    wanted = names or there_are
    try:
        styles = [GITEA_STYLES] if GITEA.name in wanted else []
        build([*(RECIPES[name] for name in wanted if name in RECIPES), *styles], _say)
        for one in WHEELS:
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
