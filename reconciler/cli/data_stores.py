"""The data stores of environments, for the page that shows disputed examples."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.model.errors import Unavailable
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.model.environment import Environment, ProviderChoice
    from reconciler.ports.data import DataReader
    from reconciler.watched.branch import Source


class DataStores:
    """Opens data stores, each once, as the commit names them that was applied last.

    Args:
        places: the environments by their keys.
    """

    def __init__(self, places: Mapping[str, Settings]) -> None:
        self._places = places
        self._opened: dict[str, tuple[ProviderChoice, DataReader]] = {}

    def __call__(self, key: str, environment: "Environment", source: "Source") -> "DataReader":
        """Return the reader of an environment's data store.

        Raises:
            SetpointError: there is none here, or it can't be opened.
        """
        from reconciler.wiring import engine, folder

        settings, choice = self._places[key], environment.data
        known = self._opened.get(key)
        if known and known[0] == choice:
            return known[1]
        if choice.provider == "git" and not folder(choice, settings.home / "data", settings.home).is_dir():
            what = f"the data store of {settings.environment} isn't on this machine, or not below {settings.home}"
            raise Unavailable(what, "run `setpoint web` where the daemon runs, or give its --home")
        reader: DataReader = engine("data", environment, settings, source)
        self._opened[key] = choice, reader
        return reader
