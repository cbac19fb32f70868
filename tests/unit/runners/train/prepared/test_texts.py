"""Terms of texts, counted and weighed by hand."""

import math
from collections import Counter

import pytest

from runners.contract import InputError
from runners.train.prepared.texts import counted
from tests.unit.runners.train.prepared.one_column import answers, column, step


def test_terms_are_weighed_by_how_rare_they_are() -> None:
    texts = ["good good day", "bad day", "Good bad", "", None, "日本 day", "日本"]
    given_ = column(texts, "BYTES")
    ready = counted(given_, step(text={"longest": 2}).text)  # type: ignore[arg-type]
    assert ready.names == ("c: bad", "c: day", "c: good", "c: 日本")
    asked = ["GOOD, good! bad?", "", "unheard of", None, "日本"]
    idf = {term: math.log(8 / (1 + count)) + 1 for term, count in {"bad": 2, "day": 3, "good": 2, "日本": 2}.items()}
    raw = [idf["bad"], 0, 2 * idf["good"], 0]
    length = math.hypot(*raw)
    told = answers(given_, ready, asked)
    assert told[0] == pytest.approx([value / length for value in raw], rel=1e-6)
    assert told[1:] == [[0] * 4, [0] * 4, [0] * 4, [0, 0, 0, 1]]
    assert answers(given_, ready, ["", None]) == [[0] * 4] * 2, "a request of empty texts alone is one, too"


def test_runs_of_characters_are_terms() -> None:
    given_ = column(["abc", "xbc", "bc\nd"], "BYTES")
    ready = counted(given_, step(text={"of": "characters", "shortest": 2, "longest": 3}).text)  # type: ignore[arg-type]
    assert ready.names == ("c: bc",)
    assert answers(given_, ready, ["zbcz", "b c"]) == [[1], [0]]


def test_buckets_of_words_count_them() -> None:
    given_ = column(["a b"], "BYTES")
    ready = counted(given_, step(text={"by": "hashing", "terms": 64}).text)  # type: ignore[arg-type]
    told = answers(given_, ready, ["new words", "words, new", "", "new"])
    assert told[0] == told[1]
    assert Counter(map(bool, told[2])) == {False: 64}
    assert sum(value * value for value in told[0]) == pytest.approx(1)
    assert answers(given_, ready, ["", None]) == [[0] * 64] * 2


def test_no_word_in_two_rows_is_told() -> None:
    with pytest.raises(InputError, match="no word of c is in 2 training rows"):
        counted(column(["a", "b"], "BYTES"), step(text={}).text)  # type: ignore[arg-type]
