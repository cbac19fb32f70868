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
    told = figures(pd.Series(["the FOX", "the wolf!", "", None]), "text", known)
    assert tuple(told) == columns_of("text")
    assert told["unknown words of text"].fillna(-1).tolist() == [0.0, 0.5, 0.0, -1.0]
    assert told["length of text"].fillna(-1).tolist() == [7.0, 9.0, 0.0, -1.0]
