"""`defaults:` lists that need Hydra's own algorithm, run on a repository of configs in memory.

Only the order of the files and their packages come from Hydra; its own configuration isn't composed with them, which
is what makes `hydra.compose` slow. One thread at a time, since Hydra keeps its version in a global.
"""

import warnings
from threading import Lock
from typing import Any

from hydra import version
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.defaults_list import create_defaults_list
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from reconciler.compose.defaults import MOST_LAYERS, Indirect, Node, keys_of, listed, readable
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.layers import Layer
from reconciler.compose.library import Desk
from reconciler.compose.resolvers import only_pure
from reconciler.model.errors import BadSpec
from reconciler.model.text import printable

_LOCK = Lock()
_WRONG = (HydraException, OmegaConfBaseException, ValueError, TypeError, KeyError, AttributeError, AssertionError)
"""What Hydra raises on lists that it can't expand."""


def expand(desk: Desk, primary: Node) -> list[Layer]:
    """Expand the defaults list of a primary config to layers, lowest first.

    Raises:
        Flawed: Hydra refuses the list.
        BadSpec: a part is unreadable.
    """
    repository = _Repository(desk, primary)
    try:
        with _LOCK, only_pure(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version.setbase("1.3")
            found = create_defaults_list(repository, primary.config, [], prepend_hydra=False, skip_missing=False)
    except RecursionError:
        raise Flawed(_flaw("the parts include each other without end", primary)) from None
    except BadSpec:
        raise
    except _WRONG as error:
        raise Flawed(_flaw(str(error), primary)) from error
    return [repository.layer(item.config_path or "", item.package or "") for item in found.defaults]


def _flaw(message: str, primary: Node) -> Flaw:
    words = message.partition("Config search path")[0].split() or ["Hydra refuses the list"]
    told = printable(" ".join(words), 400)
    return Flaw(("defaults",), told, "see https://hydra.cc/docs/advanced/defaults_list", file=primary.file)


def _is_override(item: Any) -> bool:
    return isinstance(item, dict) and all(key.startswith("override ") for key in item)


class _Repository(ConfigRepository):
    """The configs of one commit, as Hydra asks for them."""

    def __init__(self, desk: Desk, primary: Node) -> None:
        self._desk = desk
        self._primary = primary
        self._loads = 0
        self.sources = []

    def layer(self, config: str, package: str) -> Layer:
        file = self._file(config)
        if file is None:
            raise Flawed(_flaw(f"there is no part `{config}`", self._primary))
        document = self._primary.document if config == self._primary.config else readable(self._desk, file)
        try:
            return Layer(file, document, keys_of(package))
        except Indirect:
            raise Flawed(_flaw(f"`{package}` is no package", self._primary)) from None

    def _file(self, config: str) -> str | None:
        return self._primary.file if config == self._primary.config else self._desk.find(config)

    def load_config(self, config_path: str) -> ConfigResult | None:
        self._loads += 1
        if self._loads > 2 * MOST_LAYERS:
            raise Flawed(_flaw(f"it is made of more than {MOST_LAYERS} files", self._primary))
        file = self._file(config_path)
        if file is None:
            return None
        document = self._primary.document if config_path == self._primary.config else readable(self._desk, file)
        content: Any = OmegaConf.create({"": ""} if document.value else {})
        items = listed(Node(config_path, file, document))
        if "_self_" not in items and not all(map(_is_override, items)):
            items = [*items, "_self_"]  # Hydra's rule; said here, it has nothing to warn about
        result = ConfigResult("setpoint", file, content, {"package": document.package})
        result.defaults_list = self._create_defaults_list(config_path, OmegaConf.create(items))
        return result

    def group_exists(self, config_path: str) -> bool:
        return bool(self._desk.options(config_path))

    def config_exists(self, config_path: str) -> bool:
        return self._file(config_path) is not None

    def get_group_options(self, group_name: str, results_filter: ObjectType | None = ObjectType.CONFIG) -> list[str]:
        return list(self._desk.options(group_name)) if results_filter is not ObjectType.GROUP else []

    def get_sources(self) -> list[ConfigSource]:
        return []
