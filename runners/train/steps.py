"""The steps that the user's own code tells by lines of progress: heard while it works, kept with what it leaves."""

import codecs
import math
import sys
from collections.abc import Sequence
from io import BufferedReader

from runners.contract.progress import KEY, LONGEST, Progress, history_of, read_line
from runners.train.fitted import History

MOST = 4000
"""Steps that are remembered; of more, every second one, then every fourth, and so on."""
_PIECE = 2**16


class Steps:
    """What was told of progress so far, in the order in which it was told."""

    def __init__(self) -> None:
        self._told: list[Progress] = []
        self._last: Progress | None = None
        self._count, self._stride = 0, 1
        self._open = ""

    @property
    def told(self) -> Sequence[Progress]:
        """Return the steps that are remembered, and the last one."""
        return [*self._told, self._last] if self._last else []

    def hear(self, text: str) -> None:
        """Listen to what was printed next, which may end within a line."""
        *whole, self._open = (self._open + text).replace("\r", "\n").split("\n")
        self._open = self._open[: LONGEST + 1]
        for line in whole:
            if KEY in line and (told := read_line(line)):
                self._remember(told)

    def _remember(self, told: Progress) -> None:
        self._last = told
        if self._count % self._stride == 0:
            self._told.append(told)
        self._count += 1
        if len(self._told) >= MOST:
            self._told, self._stride = self._told[::2], self._stride * 2


def pass_on(stream: BufferedReader, steps: Steps) -> None:
    """Pass on what is printed, piece by piece as it comes, and remember what it tells of progress."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    with stream:
        while piece := stream.read1(_PIECE):
            text = decode(piece)
            sys.stdout.write(text)
            sys.stdout.flush()
            steps.hear(text)
    steps.hear("\n")


def history_told(told: Sequence[Progress]) -> History | None:
    """Return how training went by what the code told of it; None where it told no figure of two steps or more."""
    kept = history_of(told)
    if len(kept.get("steps", ())) < 2:
        return None
    series = {name: tuple(math.nan if y is None else y for y in values) for name, values in kept["series"].items()}
    return History(kept["step"], kept["figure"], tuple(kept["steps"]), series)
