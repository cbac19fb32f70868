"""From a path in a composed spec to the line of the file that supplied the value."""

from collections.abc import Iterable, Sequence

from reconciler.compose.flaws import Flaw
from reconciler.compose.layers import Layer
from reconciler.compose.library import Library
from reconciler.model.errors import Problem
from reconciler.model.text import printable
from reconciler.yaml.positions import Marks, Spot
from runners.contract.text import dotted


class Locator:
    """Finds lines in the layers of one spec; parses each file again, once, when it is first asked."""

    def __init__(self, library: Library, layers: Sequence[Layer], file: str) -> None:
        self._library = library
        self._layers = layers
        self._file = file
        self._marks: dict[str, Marks] = {}

    def problems(self, flaws: Iterable[Flaw]) -> tuple[Problem, ...]:
        """Return flaws as problems with their places, in the order of files and lines."""
        return tuple(sorted({self._problem(flaw) for flaw in flaws}))

    def _problem(self, flaw: Flaw) -> Problem:
        file, spot = self.place(flaw)
        path = "" if flaw.path[:1] == ("defaults",) else dotted(flaw.path)
        message, hint = printable(flaw.message, 500), printable(flaw.hint, 500)
        return Problem(printable(file), spot.line, spot.column, path, message, hint, flaw.severity)

    def place(self, flaw: Flaw) -> tuple[str, Spot]:
        """Return the file and place that has most of the path; of several, the one that was laid on last."""
        best: tuple[int, str, Spot] = (-1, self._file, Spot(1, 1))
        for layer in reversed(self._candidates(flaw)):
            package = layer.package if flaw.path[:1] != ("defaults",) else ()
            if flaw.path[: len(package)] != package:
                continue
            depth, spot = self._marks_of(layer.file).find(flaw.path[len(package) :], flaw.on_key)
            if depth + len(package) > best[0]:
                best = (depth + len(package), layer.file, spot)
        return (best[1], best[2]) if best[0] > 0 else (flaw.file or self._file, Spot(1, 1))

    def _candidates(self, flaw: Flaw) -> Sequence[Layer]:
        named = [layer for layer in self._layers if layer.file == flaw.file]
        if flaw.file and not named:
            return [Layer(flaw.file, self._library.document(flaw.file))]
        return named or self._layers

    def _marks_of(self, file: str) -> Marks:
        if file not in self._marks:
            self._marks[file] = Marks(self._library.tree.read(self._library.files[file]))
        return self._marks[file]
