"""One answer before anybody asks: what a model's library makes when it answers first is made before it is ready."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import structlog

from runners.models import Model, ModelInputError, Signature

_NOTHING: Mapping[str, Any] = MappingProxyType({"BYTES": "", "BOOL": False, "INT64": 0})


def warm(model: Model) -> None:
    """Have a model answer a row of nothing; what comes of it is nobody's concern, nor that it may not take one."""
    try:
        model.predict(nothing(model.signature))
    except ModelInputError:
        return  # it was brought to the model, or no row of nothing fits
    except Exception as error:  # noqa: BLE001 - a row that nobody sent decides nothing
        structlog.get_logger().warning("the model didn't take an empty row before it was ready", why=repr(error)[:200])


def nothing(signature: Signature) -> dict[str, Any]:
    """Return a row of zeros, empty texts and black pictures."""
    return {
        column.name: [_NOTHING.get(column.datatype, 0.0)] if column.width == 1 else np.zeros((1, column.width))
        for column in signature.inputs
    }
