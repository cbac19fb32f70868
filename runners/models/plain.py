"""Rows of nothing but numbers with a fraction, as most requests are: lists as they were read, made tensors together.

An array costs as much for one number as for fifty. So the numbers of a request of few rows stay lists until it is known
which requests are answered together; the tensors are those that `Feed` makes.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from runners.models.columns import DTYPES, Array, Values
from runners.models.signature import Signature

Lists = list[list[float]]
"""The values of each column of a model, in its order."""
LARGEST = float(np.finfo(np.float32).max)
"""Numbers beyond it are no numbers of 32 bits."""
FEW = 8
"""Rows up to which lists are the quicker way."""
_FLOAT = frozenset({float})


class Plain:
    """What makes tensors of the lists of several requests.

    Args:
        signature: the model's; one that takes anything but single numbers of one type with a fraction has none.
    """

    def __init__(self, signature: Signature) -> None:
        kinds = {given.datatype for given in signature.inputs}
        is_so = len(kinds) == 1 and kinds <= {"FP32", "FP64"} and all(given.width == 1 for given in signature.inputs)
        self._names = signature.columns if is_so and not signature.image else ()
        self._identifier = signature.identifier
        self._dtype = DTYPES[kinds.pop()] if is_so else None
        places = {name: place for place, name in enumerate(self._names)}
        self._tensors = [
            (tensor.name, DTYPES[tensor.datatype], [places[name] for name in tensor.columns])
            for tensor in (signature.tensors if self._names else ())
        ]

    def lists(self, columns: Mapping[str, Values]) -> Lists | None:
        """Return the columns of a request as they are; nothing where anything in them needs a second look."""
        names = self._names
        if not names or len(columns) - len(names) != (self._identifier in columns):
            return None
        found = [one for name in names if type(one := columns.get(name)) is list]
        rows = len(found[0]) if found else 0
        if not 0 < rows <= FEW or len(found) < len(names) or any(len(one) != rows for one in found):
            return None
        if set(map(type, chain.from_iterable(found))) != _FLOAT:
            return None
        # One that is infinite is the greatest or the least, or stands behind NaN, which no comparison holds for.
        if not (max(map(max, found)) <= LARGEST and min(map(min, found)) >= -LARGEST):
            return None
        return found

    def tensors(self, asked: Sequence[Lists]) -> dict[str, Array]:
        """Return the tensors of several requests' rows, one after the other."""
        columns = (
            asked[0] if len(asked) == 1 else [list(chain.from_iterable(ones)) for ones in zip(*asked, strict=True)]
        )
        block = np.array(columns, self._dtype)
        return {
            name: block[places[0], :, None].astype(dtype, copy=False)
            if len(places) == 1
            else np.ascontiguousarray(block[places].T, dtype)
            for name, dtype, places in self._tensors
        }
