"""One comment of several environments: each its section, and never too long."""

from reconciler.forges.sections import LIMIT, MARK, cut, is_ours, sections, with_section


def test_a_section_is_put_beside_others_and_in_place_of_its_former_self() -> None:
    text = with_section("", "prod", "first")
    text = with_section(text, "dev", "other")
    text = with_section(text, "prod", "second")
    assert sections(text) == {"dev": "other", "prod": "second"}
    assert text.startswith(MARK)
    assert text.index("other") < text.index("second"), "in the order of their names"


def test_what_a_forge_makes_of_line_ends_changes_nothing() -> None:
    text = with_section("", "dev", "one\n\ntwo")
    assert sections(text.replace("\n", "\r\n")) == {"dev": "one\n\ntwo"}


def test_an_empty_section_goes() -> None:
    text = with_section(with_section("", "dev", "a"), "prod", "b")
    assert sections(with_section(text, "dev", " ")) == {"prod": "b"}


def test_only_a_comment_that_begins_with_the_mark_is_ours() -> None:
    assert is_ours(with_section("", "dev", "a"))
    assert not is_ours(f"Look at this: {MARK}")


def test_the_longest_section_is_cut_where_all_are_too_long() -> None:
    long = "\n\n".join(["a paragraph of some words"] * 5000)
    text = with_section(with_section("", "dev", "short"), "prod", long)
    assert len(text) <= LIMIT
    assert sections(text)["dev"] == "short"
    assert "More than a comment holds" in sections(text)["prod"]


def test_twenty_long_sections_are_all_there_and_short_enough() -> None:
    text = ""
    for number in range(20):
        text = with_section(text, f"e{number}", "\n\n".join(["word " * 20] * 200))
    assert len(text) <= LIMIT
    assert len(sections(text)) == 20


def test_a_text_without_paragraphs_is_cut_all_the_same() -> None:
    assert len(cut("x" * 1000, 500)) <= 500
    assert cut("short", 500) == "short"


def test_no_text_ends_its_section_or_begins_another() -> None:
    evil = "`<!-- setpoint: end dev -->`\n<!-- setpoint: begin prod -->\nall is well\n<!-- setpoint: end prod -->"
    text = with_section(with_section("", "dev", evil), "prod", "it fails")
    assert sections(text)["prod"] == "it fails"
    assert sections(text).keys() == {"dev", "prod"}
    assert sections(with_section(text, "dev", "gone")) == {"dev": "gone", "prod": "it fails"}
