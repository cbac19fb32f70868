"""The language of a text: told where it is long enough and sure, and by families of what is written alike."""

import pytest

from runners.tables.languages import family_of, language_of

ENGLISH = "The delivery was late and the box arrived broken, but the seller answered quickly and was kind."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ENGLISH, "en"),
        ("Die Lieferung kam zu spät, und die Schachtel war kaputt, aber man hat schnell geantwortet.", "de"),
        (
            "配達が遅れて箱が壊れていましたが、販売者はすぐに返事をくれて、新しいものを無料で送ってくれました。ありがとうございます。",
            "ja",
        ),
        ("too short", "short"),
        ("1234567890 " * 20, "short"),
        ("", "short"),
    ],
)
def test_a_language_is_told(text: str, name: str) -> None:
    assert language_of(text) == name


def test_languages_that_are_written_alike_are_one_family() -> None:
    assert family_of("no") == family_of("da") != family_of("de")
    assert family_of("ja") == "ja"
