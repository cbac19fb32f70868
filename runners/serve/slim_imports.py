"""Importing KServe's server without what it never calls: half of the time that a replica takes to start.

The package `kserve` imports its Kubernetes client and three hundred models of that when it is imported, its protocol
imports pandas for one method, and httpx its command line with rich and click. Here the package is entered without
running its `__init__`, and the others are absent while it is imported; httpx is made for that, KServe isn't asked. If a
later KServe doesn't like it, it is imported whole.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

SERVER = "kserve.model_server"
_ENDPOINTS = "kserve.protocol.rest.server"


def import_server() -> None:
    """Import the parts of KServe that a server needs.

    Raises:
        ImportError: KServe isn't installed.
    """
    if "kserve" in sys.modules:
        return
    try:
        with _without("pandas", "httpx._main"):
            _enter("kserve")
            importlib.import_module(SERVER)
            importlib.import_module(_ENDPOINTS)
    except (ImportError, AttributeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "kserve"]:
            del sys.modules[name]
        importlib.import_module(SERVER)
        importlib.import_module(_ENDPOINTS)


def _enter(name: str) -> None:
    """Make a package's modules importable without running its `__init__`."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    sys.modules[name] = importlib.util.module_from_spec(spec)


@contextmanager
def _without(pandas: str, *names: str) -> Iterator[None]:
    """Let packages be absent for a while, and have a stand-in for the one whose class is named in annotations."""
    missing = [name for name in (pandas, *names) if name not in sys.modules]
    stand_in = ModuleType(pandas)
    stand_in.DataFrame = object  # type: ignore[attr-defined]
    absent: dict[str, ModuleType | None] = {name: stand_in if name == pandas else None for name in missing}
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in missing:
            sys.modules.pop(name, None)
