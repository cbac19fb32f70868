"""What annotators marked: on a picture as shapes in shares of its sides, in a text as what they quoted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.web.pages.documents import Facts, mappings, number, text

MOST = 100
"""Regions of one person that are shown of an example."""
MOST_POINTS = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape on a picture, in hundredths of its sides: corners of an outline, or a single point; what it is called."""

    points: Sequence[tuple[float, float]]
    words: str

    @property
    def is_point(self) -> bool:
        """Tell whether it is a single point."""
        return len(self.points) == 1

    @property
    def path(self) -> str:
        """Return its corners as SVG has them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


def marks_of(said: Any) -> Sequence[Mark]:
    """Return the shapes that an answer marks on a picture; none of another answer."""
    return [mark for one in mappings({"": said}, "")[:MOST] if (mark := _mark(one))]


def _mark(region: Facts) -> Mark | None:
    corners = _corners(region)
    if not corners or any(x is None or y is None for x, y in corners):
        return None
    points = [(_percent(x), _percent(y)) for x, y in corners if x is not None and y is not None]
    return Mark(points, text(region.get("label")))


def _corners(region: Facts) -> list[tuple[float | None, float | None]]:
    if "points" in region:
        return [(number(one.get("x")), number(one.get("y"))) for one in mappings(region, "points")[:MOST_POINTS]]
    if "left" in region:
        left, top, right, bottom = (number(region.get(edge)) for edge in ("left", "top", "right", "bottom"))
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [(number(region.get("x")), number(region.get("y")))] if "x" in region else []


def _percent(share: float) -> float:
    return round(100 * min(max(share, 0.0), 1.0), 2)


def words_of(said: Any, whole: str = "", *, in_utf_16: bool = True) -> str:
    """Write an answer in words: of regions what each is and where, of parts of a text what they quote.

    Args:
        said: the answer.
        whole: the text that it may mark parts of.
        in_utf_16: whether places in the text are counted as browsers do.
    """
    regions = mappings({"": said}, "")
    if not regions:
        return "nothing" if said == [] else text(said)
    told = list(_told(regions[:MOST], whole, in_utf_16=in_utf_16))
    return "; ".join(told) + (f"; and {len(regions) - MOST} more" if len(regions) > MOST else "")


def _told(regions: Iterable[Facts], whole: str, *, in_utf_16: bool) -> Iterator[str]:
    for one in regions:
        label, ends = text(one.get("label")), (number(one.get("start")), number(one.get("end")))
        mark, start, end = _mark(one), *ends
        if mark:
            yield f"{label} at {_place(mark)}"
        elif "runs" in one:
            yield f"{label}, a mask"
        elif start is None or end is None:
            yield label
        else:
            quoted = text(one.get("text")) or _part(whole, (int(start), int(end)), in_utf_16=in_utf_16)
            yield f"{label} “{quoted}”" if quoted else f"{label} from {start:g} to {end:g}"


def _place(mark: Mark) -> str:
    xs, ys = zip(*mark.points, strict=True)
    if mark.is_point:
        return f"{xs[0]:.3g} %, {ys[0]:.3g} %"
    return f"{min(xs):.3g} %, {min(ys):.3g} %, {max(xs) - min(xs):.3g} by {max(ys) - min(ys):.3g} %"


def _part(whole: str, ends: tuple[int, int], *, in_utf_16: bool) -> str:
    """Return a part of a text, places in it counted in units of UTF-16 or in characters."""
    first, last = max(ends[0], 0), max(ends[1], 0)
    if not in_utf_16:
        return whole[first:last]
    return whole.encode("utf-16-le")[2 * first : 2 * last].decode("utf-16-le", "replace")
