"""CoNLL."""

from pathlib import Path
from random import Random

import pytest
from nltk.chunk.util import conllstr2tree
from nltk.tree import Tree

from tests.unit.runners.label.conftest import marks, read, refused


def test_spans_of_tokens_stand_where_they_are_in_the_text(tmp_path: Path) -> None:
    (tmp_path / "bo.conll").write_text("# sent_id = 1\n# text = Bo, of   Lima\nBo\tB-X\n,\tI-X\nof\tO\nLima\tI-Y\n\n")
    assert marks(read(tmp_path, "conll", "spans")) == [("bo", [("X", (0, 3)), ("Y", (9, 13))])]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-X I-X O", [("X", (0, 3))]),
        ("B-X B-X O", [("X", (0, 1)), ("X", (2, 3))]),
        ("B-X I-Y I-Y", [("X", (0, 1)), ("Y", (2, 5))]),
        ("I-X O I-X", [("X", (0, 1)), ("X", (4, 5))]),
        ("O O B-X", [("X", (4, 5))]),
    ],
)
def test_tags_are_iob2_and_iob1(tmp_path: Path, tags: str, spans: list[tuple[str, tuple[int, int]]]) -> None:
    lines = [f"{word} {tag}" for word, tag in zip("abc", tags.split(), strict=True)]
    (tmp_path / "bo.conll").write_text("\n".join(["# id = 1", *lines]))
    assert marks(read(tmp_path, "conll", "spans")) == [("bo", spans)]


@pytest.mark.parametrize("seed", range(10))
def test_spans_are_those_of_another_reader(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    tags = ["O"]
    while len(tags) < 30:
        label = chance.choice(["X", "Y"])
        tags.append(chance.choice(["O", f"B-{label}", *([f"I-{tags[-1][2:]}"] if tags[-1] != "O" else [])]))
    words = [chance.choice(["a", "bb", "ccc"]) for _ in tags]
    lines = "\n".join(f"{word} N {tag}" for word, tag in zip(words, tags, strict=True))
    (tmp_path / "bo.conll").write_text(f"# id = 1\n{lines}\n")
    expected, at = [], 0
    for part in conllstr2tree(lines, chunk_types=("X", "Y")):
        leaves = part.leaves() if isinstance(part, Tree) else [part]
        length = len(" ".join(word for word, _ in leaves))
        expected += [(part.label(), (at, at + length))] if isinstance(part, Tree) else []
        at += length + 1
    assert marks(read(tmp_path, "conll", "spans")) == [("bo", sorted(expected))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bo B-PER\n\n", "the sentence has no id"),
        ("# id = 1\nBo PER\n", "no tag"),
        ("# id = 1\nBo\n", "no tag"),
        ("# id = 1\n# text = x\nBo B-PER\n", "the token `Bo` isn't in"),
    ],
)
def test_what_is_not_conll_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, "conll", "1.conll", text).what
