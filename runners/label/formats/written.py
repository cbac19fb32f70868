"""What writers of formats are told of each example, and what they do where a format can't say it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from runners.label.regions import Region

EXAMPLE = "example_id"
"""The column of an example's name where `id` is Label Studio's own, as in its short forms."""
Regions = Sequence[Region]


class Size(NamedTuple):
    """The pixels of a picture."""

    width: int
    height: int


class Settled(NamedTuple):
    """What was merged for an example: its regions, or the labels of the whole; `text` is what was annotated."""

    name: Any
    regions: Regions = ()
    labels: Sequence[str] = ()
    size: Size | None = None
    text: str | None = None


class Unsayable(Exception):
    """A format can't say what was merged for an example."""


@dataclass(slots=True)
class Asked:
    """What is written, and what was left out.

    Attributes:
        answer: what an answer is.
        question: the `from_name` of the question, for Label Studio.
        left_out: why examples are left out, by their names.
    """

    answer: str
    question: str = "label"
    left_out: dict[str, str] = field(default_factory=dict)

    def each(self, settled: Iterable[Settled], told: Callable[[Settled], Any]) -> Iterator[tuple[Settled, Any]]:
        """Yield examples with what is told of them; those of which that can't be said are left out."""
        for one in settled:
            try:
                yield one, told(one)
            except Unsayable as error:
                self.left_out[str(one.name)] = str(error)


File: TypeAlias = tuple[str, bytes]
Write: TypeAlias = Callable[[Sequence[Settled], Asked], Iterator[File]]
"""Yields the files of a format, by their names."""


def size_of(settled: Settled) -> Size:
    """Return the size of an example's picture.

    Raises:
        Unsayable: it isn't known.
    """
    if settled.size is None:
        raise Unsayable("its picture's size isn't known")
    return settled.size


def text_of(settled: Settled) -> str:
    """Return the text that was annotated.

    Raises:
        Unsayable: it isn't known.
    """
    if settled.text is None:
        raise Unsayable("its text isn't known")
    return settled.text


def labels_of(settled: Sequence[Settled]) -> list[str]:
    """Return all labels of regions, sorted."""
    return sorted({region.label for one in settled for region in one.regions})
