"""The examples that a trial has left: `examples.json`, requests of version 2 with the answers they must get."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runners.asking import Answer
from runners.contract import InputError
from runners.contract.mistakes import misread

FILE = "examples.json"
_FIX = "train the model again; a trainer of one's own leaves examples.json beside the model"


@dataclass(frozen=True, slots=True)
class Recording:
    """One example of one row: the request's body, and the values of each expected output by name."""

    request: dict[str, Any]
    outputs: dict[str, list[Any]]

    @property
    def instance(self) -> dict[str, Any]:
        """Return the row as version 1 of the protocol has it: one value for each column, or a list for a picture."""
        tensors = self.request["inputs"]
        return {tensor["name"]: tensor["data"][0] if len(tensor["data"]) == 1 else tensor["data"] for tensor in tensors}


def joined(recorded: Iterable[Sequence[Recording]], described: Answer) -> dict[str, Any]:
    """Return a request with what a graph says that it takes, from the first example that has each column."""
    tensors = {item["name"]: item for found in recorded for item in reversed(found[0].request["inputs"])}
    told = described.body.get("inputs") if isinstance(described.body, Mapping) else None
    names = [str(item.get("name")) for item in told if isinstance(item, Mapping)] if isinstance(told, list) else []
    return {"inputs": [tensors[name] for name in names if name in tensors]}


def read_recordings(folder: Path) -> list[Recording]:
    """Read the examples of a trial.

    Raises:
        InputError: there are none, or they can't be understood.
    """
    try:
        told = json.loads((folder / FILE).read_bytes())
        found = [Recording(item["request"], _outputs(item["response"])) for item in told]
        _ = [recording.instance for recording in found]
    except FileNotFoundError as error:
        raise InputError("the trial has left no examples to test with", FILE, _FIX) from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"the examples can't be understood: {misread(error)}", FILE, _FIX) from error
    if not found:
        raise InputError("the trial's examples are none", FILE, _FIX)
    return found


def _outputs(response: dict[str, Any]) -> dict[str, list[Any]]:
    return {output["name"]: list(output["data"]) for output in response["outputs"]}
