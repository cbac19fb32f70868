"""How a model differs, for its clients, from the one that is live: what it takes, and what it answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.model.text import printable
from reconciler.ports.data import DataReader
from reconciler.untrusted import parse

SIGNATURE = "signature.json"
"""The file of a trial that says what its model takes and answers."""
_SHOWN = 3


def unlike(reader: DataReader, trial: RunName, live: RunName) -> tuple[str, ...]:
    """Say in which ways the clients of one model would find another; nothing where either isn't known.

    Args:
        reader: reads what the trials left.
        trial: the model that is to be.
        live: the one that answers now.
    """
    new, old = (_signature(reader, run) for run in (trial, live))
    return tuple(_differences(new, old)) if new and old else ()


def _differences(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[str]:
    takes, took = _inputs(new), _inputs(old)
    if asked := [name for name in takes if name not in took]:
        yield f"it asks for {_listed(asked)}, which clients don't send"
    if gone := [name for name in took if name not in takes]:
        yield f"it refuses {_listed(gone)}, which clients send"
    if other := [name for name in takes if name in took and takes[name] != took[name]]:
        yield f"it takes {_listed(other)} as another type"
    for field in ("target", "task"):
        if new.get(field) != old.get(field):
            yield f"its {field} is {printable(str(new.get(field)))}, and was {printable(str(old.get(field)))}"


def _inputs(signature: Mapping[str, Any]) -> dict[str, str]:
    told = signature.get("inputs")
    parts = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    return {str(one.get("name")): str(one.get("datatype")) for one in parts}


def _listed(names: list[str]) -> str:
    shown = ", ".join(printable(name, 40) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _signature(reader: DataReader, run: RunName) -> Mapping[str, Any]:
    try:
        told = parse(reader.read(run, SIGNATURE))
    except (FileNotFoundError, ValueError, Refused):
        return {}
    return told if isinstance(told, dict) else {}
