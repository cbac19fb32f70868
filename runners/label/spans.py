"""Spans of texts, such as named entities: compared as they are, and merged character by character."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from runners.label.regions import Region, Regions, decided, f1_of


def f1_of_spans(left: Regions, right: Regions) -> float:
    """Return the F1 of two answers: spans match that have one label and the same ends.

    Tjong Kim Sang & De Meulder, "Introduction to the CoNLL-2003 Shared Task" (2003,
    https://aclanthology.org/W03-0419/).
    """
    return f1_of(len(set(left) & set(right)), left, right)


def merge_spans(answers: Sequence[Regions]) -> tuple[list[Region] | None, float]:
    """Keep of each label the characters that most annotators have marked with it.

    Two spans that touch are parted where most begin one. A character that half of them marked is a tie, so that there
    is no answer. By tokens: Rodrigues, Pereira & Ribeiro, "Sequence labeling with multiple annotators" (2014,
    https://doi.org/10.1007/s10994-013-5411-2); where spans end with tokens this is the same.
    """
    kept: list[Region] = []
    votes: list[int] = []
    for label in sorted({region.label for regions in answers for region in regions}):
        marked = [[region.place for region in regions if region.label == label] for regions in answers]
        pieces = list(_pieces(marked))
        votes += [count for _, _, count in pieces]
        begun = Counter(start for spans in marked for start, _ in spans)
        cuts = {start for start, count in begun.items() if 2 * count > len(answers)}
        kept += [Region(label, span) for span in _joined(pieces, cuts, len(answers))]
    is_decided, sure = decided(votes, len(answers))
    return kept if is_decided else None, sure


def _pieces(marked: Sequence[Sequence[tuple[float, ...]]]) -> Iterator[tuple[float, float, int]]:
    """Yield what lies between two ends of any spans and is marked, and how many annotators have marked it."""
    steps: Counter[float] = Counter()
    for spans in marked:
        for start, end in _united(spans):
            steps[start] += 1
            steps[end] -= 1
    edges, count = sorted(steps), 0
    for start, end in pairwise(edges):
        count += steps[start]
        if count:
            yield start, end, count


def _united(spans: Sequence[tuple[float, ...]]) -> Iterator[tuple[float, float]]:
    """Yield one annotator's spans of a label, those that overlap as one."""
    begun, ended = None, None
    for start, end in sorted(spans):
        if begun is not None and ended is not None and start >= ended:
            yield begun, ended
            begun = None
        begun, ended = (start if begun is None else begun), (end if ended is None else max(ended, end))
    if begun is not None and ended is not None:
        yield begun, ended


def _joined(pieces: Sequence[tuple[float, float, int]], cuts: set[float], voters: int) -> Iterator[tuple[float, ...]]:
    """Yield the spans that pieces of a majority make up."""
    begun, ended = None, None
    for start, end, count in pieces:
        if 2 * count <= voters:
            continue
        if begun is not None and ended is not None and (start != ended or start in cuts):
            yield begun, ended
            begun = None
        begun, ended = (start if begun is None else begun), end
    if begun is not None and ended is not None:
        yield begun, ended


def span_of(label: str, start: int, end: int) -> Region | None:
    """Return a span by its characters; None where it is empty."""
    return Region(label, (start, end)) if 0 <= start < end else None
