"""XML that others wrote."""

import pytest

from runners.contract import InputError
from runners.label.formats.xml import LARGEST, element_in

BOMB = b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><annotation>&lol2;</annotation>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "declares a document type"),
        (b"<a>" * 60, "nested more than 50 deep"),
        (b"<a>", "this is no XML"),
        (b"", "this is no XML"),
        (b"<a>&lol;</a>", "this is no XML"),
        (b"\xff<a/>", "this is no XML"),
        (b"<?xml version='1.0' encoding='shift-jis'?><a/>", "this is no XML"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "this is no XML"),
        (b" " * (LARGEST + 1), "is the most"),
    ],
)
def test_what_could_do_harm_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        element_in("a.xml", data)
    assert caught.value.where == "a.xml"


def test_elements_have_their_texts_and_attributes() -> None:
    root = element_in("a.xml", "<?xml version='1.0'?><a b='1'><c>ü &amp; x</c></a>".encode())
    assert (root.tag, root.get("b"), root.findtext("c")) == ("a", "1", "ü & x")
