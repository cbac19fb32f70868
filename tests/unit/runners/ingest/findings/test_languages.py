"""Languages of texts: which, how sure, mixtures; texts that were decoded by the wrong encoding."""

import pytest

from runners.ingest.findings.languages import Languages, is_garbled, languages_of
from tests.unit.runners.ingest.findings.looked import found_in, kinds
from tests.unit.runners.ingest.findings.speech import SENTENCES, texts_in


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_a_language_is_told_or_none_is(language: str) -> None:
    told = languages_of([SENTENCES[language], *texts_in(language, 20, seed=1, words=12)])
    assert set(told.counts) == {language}
    assert told.told >= 15


def test_of_short_texts_and_of_no_texts_none_is_told() -> None:
    told = languages_of(["ok", "", "12345 67890 " * 20, "!?" * 50, "short one"])
    assert (told.counts, told.short) == ({}, 5)


def test_the_profile_tells_shares_with_intervals_and_none_of_a_hidden_column() -> None:
    told = Languages({"en": 75, "de": 25}, unsure=3, short=1)
    top = told.as_json(is_told=True)["top"]
    assert [(one["value"], one["share"]) for one in top] == [("en", 0.75), ("de", 0.25)]
    assert all(one["interval"][0] < one["share"] < one["interval"][1] for one in top)
    assert told.as_json(is_told=False) == {"texts": 100, "unsure": 3, "short": 1}


def test_languages_that_are_taken_for_each_other_count_as_one() -> None:
    assert Languages({"no": 50, "da": 30, "en": 5}).families() == [("no", 80), ("en", 5)]


@pytest.mark.parametrize(("others", "is_mixed"), [(0, False), (3, False), (40, True)])
def test_a_mixture_is_found_where_it_is_beyond_the_sample(others: int, is_mixed: bool) -> None:
    texts = texts_in("en", 200, seed=1) + texts_in("fr", others, seed=2)
    found = found_in({"text": texts}, {"text": "string"})
    assert ("mixed_languages" in kinds(found)) == is_mixed
    assert "garbled_texts" not in kinds(found)


def test_of_a_sensitive_column_no_language_is_named() -> None:
    texts = texts_in("en", 60, seed=1) + texts_in("fr", 60, seed=2)
    columns = {"text": {"type": "string", "sensitive": True}}
    (told,) = (one for one in found_in({"text": texts}, {"text": "string"}, columns=columns) if "lang" in one.kind)
    assert "fr" not in f"{told.what} {told.evidence}".split()
    assert told.what.endswith(": 2")


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_no_real_text_is_garbled_and_each_that_was_read_wrong_is(language: str) -> None:
    text = SENTENCES[language]
    assert not is_garbled(text)
    if not text.isascii():
        assert is_garbled(text.encode().decode("latin-1"))
        assert is_garbled(text.encode().decode("cp1252", "replace"))
