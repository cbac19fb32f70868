"""What a report tells of texts and images is there as a whole, whatever is known of them."""

from runners.monitor.content import ImagePart, LanguagePart, TextPart


def test_what_is_not_known_is_none_and_counts_are_nought() -> None:
    assert ImagePart(name="scan").model_dump() == {
        "name": "scan",
        "images": 0,
        "reference_images": 0,
        "area": None,
        "chance": None,
        "unlike": None,
    }
    assert (TextPart(name="note").languages, LanguagePart(name="de").was) == ((), None)


def test_figures_are_rounded_and_finite() -> None:
    told = ImagePart(name="scan", area=0.123456789, chance=float("nan"))
    assert (told.area, told.chance) == (0.123457, None)
