"""CoNLL's columns: a token a line, its tag in the last column, a blank line between sentences.

Tags are IOB2 (`B-PER`, `I-PER`, `O`), or IOB1, where a span may begin with `I-`: Ramshaw & Marcus, "Text Chunking using
Transformation-Based Learning" (1995, https://aclanthology.org/W95-0107/). A comment `# id = …` (or `sent_id`) before a
sentence names the example. Spans are told in the characters of the tokens, joined by a space, or of the comment
`# text = …`, where one is. There is one file for each annotator.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.label.formats.reading import Part, all_answered, file_of, lines_of, text_in
from runners.label.questions import Answered, Question
from runners.label.regions import Region
from runners.label.spans import span_of
from runners.sources.files import Found

_IDS = ("id", "sent_id", "sentence_id", "doc_id")


class Token(NamedTuple):
    """A word of a sentence, and its tag."""

    word: str
    tag: str


def read_conll(found: Found, question: Question) -> Iterator[Answered]:
    """Yield the spans of each sentence.

    Raises:
        InputError: a file isn't CoNLL's, or a sentence has no id.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        yield from all_answered(name, parts_of(name, text_in(name, data)), question)


def parts_of(name: str, text: str) -> Iterator[Part]:
    """Yield the sentences of a file with their spans.

    Raises:
        InputError: a line has no tag, or a sentence no id.
    """
    comments: dict[str, str] = {}
    tokens: list[Token] = []
    for place, line in enumerate([*lines_of(text), ""], 1):
        where = f"{name}:{place}"
        if not tokens and _is_comment(line):
            key, is_told, value = line[1:].partition("=")
            name = key.strip()
            told = value.removeprefix(" ") if name == "text" else value.strip()  # whose characters are counted
            comments |= {name: told} if is_told else {}
        elif not line.strip():
            if tokens:
                yield _sentence(comments, tokens, where)
                comments, tokens = {}, []
        elif not line.startswith("-DOCSTART-"):
            words = line.split("\t") if "\t" in line else line.split()
            if len(words) < 2 or not _is_tag(words[-1]):
                raise InputError("the line's last column is no tag, such as O or B-PER", where, "write a token a line")
            tokens.append(Token(words[0], words[-1]))


def _is_comment(line: str) -> bool:
    """Tell a comment from a word that begins with its sign, such as a hashtag, which has a tag in a column."""
    return line.startswith("#") and not ("\t" in line and _is_tag(line.rpartition("\t")[2]))


def _is_tag(tag: str) -> bool:
    return tag == "O" or (tag[:2] in ("B-", "I-") and len(tag) > 2)


def _sentence(comments: dict[str, str], tokens: Sequence[Token], where: str) -> Part:
    identity = next((comments[key] for key in _IDS if key in comments), None)
    if identity is None:
        raise InputError("the sentence has no id", where, "write `# id = …` before it, as the dataset names it")
    return Part(where, {"id": identity}, list(spans_of(tokens, comments.get("text"), where)), [])


def spans_of(tokens: Sequence[Token], text: str | None, where: str) -> Iterator[Region]:
    """Yield the spans of a sentence in characters of its text.

    Raises:
        InputError: a token isn't in the text.
    """
    ends = list(_places(tokens, text, where))
    begun: tuple[str, int] | None = None
    last = 0
    for token, (start, end) in zip(tokens, ends, strict=True):
        kind, label = token.tag[:1], token.tag[2:]
        if begun and (kind != "I" or label != begun[0]):
            yield from _span(begun, last)
            begun = None
        if kind != "O":
            begun, last = begun or (label, start), end
    if begun:
        yield from _span(begun, last)


def _span(begun: tuple[str, int], end: int) -> Iterator[Region]:
    region = span_of(begun[0], begun[1], end)
    if region is not None:
        yield region


def _places(tokens: Sequence[Token], text: str | None, where: str) -> Iterator[tuple[int, int]]:
    at = 0
    for word, _ in tokens:
        start = at if text is None else text.find(word, at)
        if start < 0:
            raise InputError(
                f"the token {shown(word[:40])} isn't in the sentence's text", where, "correct `# text = …`"
            )
        yield start, start + len(word)
        at = start + len(word) + (text is None)
