"""The grammar of interpolations."""

import pytest

from reconciler.compose.expressions import Call, Reference, Unclear, parse


def test_references() -> None:
    assert parse("${a.b}") == (Reference("${a.b}", 0, ("a", "b")),)
    assert parse("x ${ ..a[0].b-c } y") == ("x ", Reference("${ ..a[0].b-c }", 2, ("a", "0", "b-c")), " y")
    assert parse("${a.${b}}") == (Reference("${a.${b}}", 0, ("a", Reference("${b}", 0, ("b",)))),)
    assert parse("${[a][b]}") == (Reference("${[a][b]}", 0, ("a", "b")),)


def test_secrets_and_escapes_are_text() -> None:
    assert parse("${secret:DB}/x") == ("", "${secret:DB}", "/x")[1:]
    assert parse("\\${a}") == ("${", "a}")
    assert parse("\\\\${a}") == ("\\", Reference("${a}", 0, ("a",)))
    assert parse("a\\b ${c}") == ("a\\b ", Reference("${c}", 0, ("c",)))


def test_pure_resolvers_are_calls() -> None:
    assert parse("${oc.select:a,1}") == Call("${oc.select:a,1}")
    assert parse("${oc.select:a,${secret:X}}") == Call("${oc.select:a,${secret:X}}")
    assert parse("${a.${oc.select:b}}") == Call("${a.${oc.select:b}}")


@pytest.mark.parametrize(
    "text",
    ["${oc.env:HOME}", "${ oc.env : HOME, x}", "${oc.select:'${oc.env:HOME}'}", "${env:HOME}", "${hydra:runtime.cwd}",
     "${now:%Y}", "${oc.decode:'${a}'}", "x ${oc.env:A}${oc.env:B}", "${a.${oc.env:HOME}}"],
)  # fmt: skip
def test_the_world_outside_is_refused(text: str) -> None:
    with pytest.raises(Unclear, match="reads the world outside") as caught:
        parse(text)
    assert "${env.NAME}" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${oc.selct:a}", "there is no resolver `oc.selct`"),
        ("${eval:1+1}", "there is no resolver `eval`"),
        ("${:a}", "there is no resolver"),
        ("${${a}:HOME}", "written out"),
        ("${oc.${a}:HOME}", "written out"),
        ("${secret:a b}", "a secret is written"),
        ("${}", "can't be read"),
        ("${a", "can't be read"),
        ("${a..b}", "can't be read"),
        ("${a[0}", "can't be read"),
        ("${a b}", "can't be read"),
        ("${'a'}", "can't be read"),
    ],
)
def test_the_rest_is_unclear(text: str, words: str) -> None:
    with pytest.raises(Unclear, match=words):
        parse(text)


def test_a_wrong_resolver_has_a_nearest_name() -> None:
    with pytest.raises(Unclear) as caught:
        parse("${oc.selct:a}")
    assert caught.value.hint == "did you mean `oc.select`?"
