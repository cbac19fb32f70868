"""The background of a model: what a row is held against where a prediction is explained.

It lies beside the model as `background.json`, and its digest is in the signature. Its values are those of the training
rows column by column, in an order of their own: no row of it is one that there was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runners.contract.mistakes import as_written
from runners.models.errors import ModelRefused

FILE = "background.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Background:
    """Values by column, each of the same number of rows; `texts` are the columns whose words tell something."""

    columns: Mapping[str, Sequence[Any]]
    texts: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(next(iter(self.columns.values()), ()))

    def to_json(self) -> str:
        """Write it down."""
        told = {"format": FORMAT, "texts": list(self.texts), "columns": {k: list(v) for k, v in self.columns.items()}}
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def read_background(content: bytes) -> Background:
    """Read what `to_json` wrote.

    Raises:
        ModelRefused: it is none that this version understands.
    """
    try:
        told = json.loads(content)
        if told["format"] != FORMAT:
            raise ValueError(f"it is of the format {as_written(told['format'])}")
        columns = {str(name): list(values) for name, values in told["columns"].items()}
        if len({len(values) for values in columns.values()}) != 1 or not all(columns.values()):
            raise ValueError("its columns aren't equally long")
        return Background(columns, tuple(map(str, told["texts"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelRefused(f"the background can't be read: {error}", FILE, "train the model again") from error
