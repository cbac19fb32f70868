"""What a `replay` job is told: the window, the draw, and what its answers are held against."""

from pydantic import Field

from runners.evaluate.comparison import AskedBound
from runners.monitor.parameters import Outcomes, Window
from runners.parameters import Block


class ReplayParams(Block):
    """The parameters of one replay.

    `trial` names the model that serves: requests that another one answered are left out. `left_out` are the columns of
    which the payload log holds nothing. A number differs where it is farther from the live model's than `tolerance`.
    """

    trial: str
    window: Window = Window()
    rows: int = Field(default=10_000, ge=1, le=100_000)
    tolerance: float = Field(default=0.0, ge=0)
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    left_out: tuple[str, ...] = ()
    outcomes: Outcomes | None = None
    bounds: tuple[AskedBound, ...] = ()
