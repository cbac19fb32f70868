"""Numbers of things in words."""

from runners.counting import counted, some


def test_one_thing_is_told_from_several() -> None:
    assert [counted(count, "row") for count in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]


def test_the_verb_fits_the_part_and_not_the_whole() -> None:
    told = [some(count, 3000, "rows", "has", "have") for count in (0, 1, 2)]
    assert told == ["0 of 3,000 rows have", "1 of 3,000 rows has", "2 of 3,000 rows have"]
