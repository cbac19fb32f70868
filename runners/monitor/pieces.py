"""Lines of a log cut to pieces: the rows that they tell as lists, the answers to them, and all the rest.

A number stands in the place of what was cut out, by which it is known afterwards whose it was.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Bytes = bytes | memoryview

_NAMES, _ROWS, _NEXT, _ALSO = b'"columns":', b',"rows":[[', b']],"prediction":[', b'],"probability":['
_TOLD, _ANSWERED = b'"columns":[],"rows":[%d]', b'"columns":[],"rows":[%d],"prediction":[%d],"probability":[%d'


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines without their rows, of which one of the list `cells` stands in the place; these rows, unread.

    So it is with `predictions` and `probabilities`, where these are cut out too.
    """

    heads: bytes
    names: Sequence[str]
    cells: Sequence[Bytes]
    predictions: Sequence[Bytes] = ()
    probabilities: Sequence[Bytes] = ()


def cut(lines: bytes, *, with_answers: bool = False) -> Cut | None:
    """Cut the rows out of lines, and number them; None where there are no such, or others too.

    Args:
        lines: whole lines.
        with_answers: cut the predictions and the probabilities out too, which are lists of numbers then.
    """
    end = lines.find(b"]" + _ROWS)
    begin = lines.rfind(_NAMES, 0, end) if end > 0 else -1
    names = _names(lines[begin + len(_NAMES) : end + 1]) if begin >= 0 else None
    if names is None:
        return None
    found = _Pieces(lines, lines[begin : end + 1] + _ROWS)
    if not (found.with_answers() if with_answers else found.alone()):
        return None
    head = b"".join(found.heads)
    words = (b'"rows"', b'"prediction"', b'"probability"') if with_answers else (b'"rows"',)
    is_odd = b"\\u" in head or any(head.count(it) != len(found.cells) + head.count(it + b":[]") for it in words)
    return None if is_odd else Cut(head, names, found.cells, found.predictions, found.probabilities)


class _Pieces:
    """Cuts lines to pieces, none of which is copied."""

    def __init__(self, lines: bytes, mark: bytes) -> None:
        self.heads: list[Bytes] = []
        self.cells: list[Bytes] = []
        self.predictions: list[Bytes] = []
        self.probabilities: list[Bytes] = []
        self._lines, self._mark, self._view = lines, mark, memoryview(lines)

    def alone(self) -> bool:
        """Cut the rows out alone; tell whether all of them end."""
        done = 0
        for at, first, last, _ in self._rows():
            if last < 0:
                return False
            self.heads += (self._view[done:at], _TOLD % len(self.cells))
            self.cells.append(self._view[first:last])
            done = last + 2
        self.heads.append(self._view[done:])
        return True

    def with_answers(self) -> bool:
        """Cut the rows out with their answers; tell whether all of them end."""
        lines, view, done = self._lines, self._view, 0
        for at, first, last, end in self._rows():
            prediction = last + len(_NEXT)
            also = lines.find(b"]", prediction, end)
            close = lines.find(b"]", also + len(_ALSO), end) if lines.startswith(_ALSO, also) else -1
            if last < 0 or close < 0:
                return False
            self.heads += (view[done:at], _ANSWERED % ((len(self.cells),) * 3))
            self.cells.append(view[first:last])
            self.predictions.append(view[prediction:also])
            self.probabilities.append(view[also + len(_ALSO) : close])
            done = close
        self.heads.append(view[done:])
        return True

    def _rows(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield where a line names its columns, where its rows begin and end, and where it ends itself."""
        lines, mark, at = self._lines, self._mark, 0
        while at < len(lines):
            end = lines.find(b"\n", at) % (len(lines) + 1)
            begin = lines.find(_NAMES, at, end)
            if begin >= 0 and not lines.startswith(mark, begin):
                begin = lines.find(mark, begin, end)
            if begin >= 0:
                first = begin + len(mark)
                yield begin, first, lines.rfind(_NEXT, first, end), end
            at = end + 1


def _names(text: bytes) -> list[str] | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    is_sound = isinstance(told, list) and set(map(type, told)) == {str} and len(set(told)) == len(told)
    return told if is_sound else None
