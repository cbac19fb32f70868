"""What all parts of a report are made of: frozen values, and figures that are rounded and finite, or unknown."""

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Part(BaseModel):
    """A frozen part of a report. What a former version wrote besides is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def _rounded(value: Any) -> Any:
    """Return a number with six significant digits; None for what is no number."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None


Figure = Annotated[float | None, BeforeValidator(_rounded)]
"""A figure of a report: rounded, finite, or unknown."""
