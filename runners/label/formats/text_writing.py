"""Merged spans as CoNLL's columns and, as labels and texts too, as Doccano's JSON Lines."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from runners.label.formats.written import Asked, File, Settled, Unsayable, text_of

_BLANK = str.maketrans(dict.fromkeys("\t\n\r", " "))


def write_conll(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all texts: words, parted where a span begins or ends, with tags of IOB2.

    White space at a span's ends is lost. Spans that overlap can't be said.
    """
    parts = [part for _, part in asked.each(settled, _sentence)]
    yield "spans.conll", "\n".join(parts).encode()


def _sentence(one: Settled) -> str:
    text, name = text_of(one).translate(_BLANK), str(one.name)
    if name != name.strip() or not name or "\n" in name:
        raise Unsayable("its id is empty, has a line feed, or begins or ends with white space")
    spans = sorted((int(r.place[0]), int(r.place[1]), r.label) for r in one.regions)
    for (_, end, _), (start, _, _) in pairwise(spans):
        if start < end:
            raise Unsayable("spans overlap")
    if any(label != label.strip() or not label or re.search("[\t\n\r]", label) for _, _, label in spans):
        raise Unsayable("a label is empty, or has white space that parts columns")
    lines = [f"{word}\t{tag}" for word, tag in _tagged(text, spans)]
    if not lines:
        raise Unsayable("its text has no word")
    if any(line.startswith("-DOCSTART-") for line in lines):
        raise Unsayable("a word is -DOCSTART-, which parts documents")
    return "\n".join([f"# id = {name}", f"# text = {text}", *lines, ""])


def _tagged(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """Yield the words of a text with their tags."""
    cuts = sorted({edge for start, end, _ in spans for edge in (start, end)})
    begun: set[int] = set()
    at = 0
    for end in [*cuts, len(text)]:
        inner = next((place for place, (start, last, _) in enumerate(spans) if start <= at < last), None)
        for word in re.findall(r"\S+", text[at:end]):
            tag = "O" if inner is None else f"{'I' if inner in begun else 'B'}-{spans[inner][2]}"
            begun |= set() if inner is None else {inner}
            yield word, tag
        at = end
    if len(begun) < len(spans):
        raise Unsayable("a span has no word, or lies beyond its text")


def write_doccano(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file, a line for each text."""
    lines = [msgspec.json.encode(told) + b"\n" for _, told in asked.each(settled, _line)]
    yield "labels.doccano.jsonl", b"".join(lines)


def _line(one: Settled) -> dict[str, Any]:
    spans = [[int(region.place[0]), int(region.place[1]), region.label] for region in one.regions]
    return {"id": one.name, "text": text_of(one), "label": spans or list(one.labels)}
