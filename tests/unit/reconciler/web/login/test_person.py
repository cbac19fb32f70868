"""People as Git names them."""

import pytest

from reconciler.web.login.person import Person, plain


@pytest.mark.parametrize(
    ("person", "author"),
    [
        (Person("1", "Ada Lovelace", "ada@example.org"), "Ada Lovelace <ada@example.org>"),
        (Person("1", "", "ada@example.org"), "ada@example.org <ada@example.org>"),
        (Person("1", "Ada\nLovelace <x@y>", "ada@example.org"), "Ada Lovelace x@y <ada@example.org>"),
        (Person("1", "Ada", ""), ""),
        (Person("1", "Ada", "ada@example.org>\ncommitter Eve <eve@x.org"), ""),
        (Person("1", "Ada", "ada"), ""),
        (Person("1", "<\n>", "ada@example.org"), ""),
    ],
)
def test_an_author_is_a_name_and_a_mail_address_on_one_line(person: Person, author: str) -> None:
    assert person.author == author


def test_people_are_told_by_what_there_is_of_them() -> None:
    assert Person("u", "Ada", "a@b.c").told == "Ada"
    assert Person("u", "", "a@b.c").told == "a@b.c"
    assert Person("u").told == "u"
    assert plain("a\u2028 b" + "c" * 300) == "a b" + "c" * 197
