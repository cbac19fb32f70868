"""The engines that a page reads logs and rows from: those of the environment as it was applied last."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from reconciler.cli import replica_logs
from reconciler.model.environment import Environment
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from reconciler.wiring import SHARED, engine, folder

if TYPE_CHECKING:
    from reconciler.ports.data import DataReader
    from reconciler.ports.pool import RunnerPool
    from reconciler.ports.serving import ServingEngine

Build = Callable[[str, Environment, Settings, Source], Any]


class PageEngines:
    """Makes engines when they are first asked for, and anew when the environment chooses others.

    Args:
        places: the environments by their keys.
        sources: the watched branch of each.
        build: makes the engine of a port.
    """

    def __init__(self, places: Mapping[str, Settings], sources: Mapping[str, Source], build: Build = engine) -> None:
        self._places, self._sources, self._build = places, sources, build
        self._made: dict[tuple[str, str], tuple[object, Any]] = {}
        self._guard = threading.Lock()

    def pool(self, key: str, environment: Environment) -> "RunnerPool":
        """Return the pool of an environment.

        Raises:
            Refused: it can't be made here, or its jobs run on another machine.
            Unavailable: it can't be read.
        """
        return cast("RunnerPool", self._engine(key, environment, "pool"))

    def data(self, key: str, environment: Environment) -> "DataReader":
        """Return the reader of the data store of an environment.

        Raises:
            Refused: it can't be made here.
            Unavailable: there is none here, or it can't be read.
        """
        return cast("DataReader", self._engine(key, environment, "data"))

    def replicas(self, key: str, environment: Environment, deployment: Address, revision: str) -> replica_logs.Printed:
        """Return what the replicas of a deployment have printed.

        Raises:
            Refused: there is no such endpoint or revision, or the engine can't be made here.
            Unavailable: it can't be read.
        """
        serving = cast("ServingEngine", self._engine(key, environment, "serving"))
        return replica_logs.read(serving, deployment, revision)

    def _engine(self, key: str, environment: Environment, port: str) -> Any:
        chosen = getattr(environment, port)
        with self._guard:
            known = self._made.get((key, port))
            if known is None or known[0] != chosen:
                self._demand_here(key, environment, port)
                known = chosen, self._build(port, environment, self._places[key], self._sources[key])
                self._made[key, port] = known
            return known[1]

    def _demand_here(self, key: str, environment: Environment, port: str) -> None:
        """See that an engine which keeps all on its machine has something on this one: it isn't begun by who looks.

        Raises:
            Refused: there are no jobs or endpoints.
            Unavailable: there is no data store.
        """
        settings, chosen = self._places[key], getattr(environment, port)
        if chosen.provider != ("git" if port == "data" else "local"):
            return
        default = settings.home / port if port in SHARED else settings.home / port / settings.environment
        if folder(chosen, default, settings.home).is_dir():
            return
        if port == "data":
            what = f"the data store of {settings.environment} isn't on this machine, or not below {settings.home}"
            raise Unavailable(what, "run `setpoint web` where the daemon runs, or give its --home")
        what = f"{settings.environment} runs its jobs and endpoints on its daemon's machine, and there are none in"
        raise Refused(f"{what} {settings.home}", "open the page there, or give the daemon's --home")
