"""Figures of texts: their length and their new words."""

import pandas as pd

from runners.monitor.texts import columns_of, figures, is_text, vocabulary

TEXTS = pd.Series([f"The {word} jumps over number {at}" for at, word in enumerate(["fox", "dog", "cat"] * 9)])


def test_texts_are_told_from_categories_and_names() -> None:
    assert is_text(TEXTS)
    assert not is_text(pd.Series(["a long category of words", "another one of many words"] * 20))
    assert not is_text(pd.Series([f"name{at}" for at in range(50)]))
    assert not is_text(pd.Series([None, None]))


def test_length_and_unknown_words() -> None:
    known = vocabulary(pd.Series(["The fox jumps", None]))
    assert known == {"the", "fox", "jumps"}
    told = figures(pd.Series(["the FOX", "the wolf!", "?", None]), "text", known)
    assert tuple(told) == columns_of("text")
    assert told["unknown words of text"].fillna(-1).tolist() == [0.0, 0.5, 0.0, -1.0]
    assert told["length of text"].fillna(-1).tolist() == [7.0, 9.0, 1.0, -1.0]


def test_an_empty_text_is_a_missing_one_as_it_is_to_a_model() -> None:
    told = figures(pd.Series(["", "\0", "fox\0", None]), "text", {"fox"})
    assert told.fillna(-1).to_numpy().tolist() == [[-1, -1], [-1, -1], [3, 0], [-1, -1]]
    assert is_text(pd.concat([TEXTS, pd.Series([""] * 60)]))
