"""Interpolation: equal to OmegaConf's, and bounded."""

from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from reconciler.compose.flaws import Flawed
from reconciler.compose.interpolation import literal, resolve

PIECES = st.sampled_from(
    ["${", "}", "a", "b", ".", "..", "[", "0", "]", " ", "\\", "$", "{", "c", "${a}", "${b.c}", "\\${", "é", "-", '"',
     "'", "${oc.select:a}", "${oc.dict.keys:b}", ",", "(", "x y", "/", "${oc.create:[1,2]}", "${oc.select:zz,${b.c}}"]
)  # fmt: skip
OMEGACONF = (OmegaConfBaseException, ValueError, TypeError, AttributeError, AssertionError, RecursionError, KeyError)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=7).map("".join), st.sampled_from([1, "t", None, True, 2.5, "x\\y"]))
def test_texts_resolve_to_what_omegaconf_makes_of_them(text: str, a: Any) -> None:
    spec = {"a": a, "b": {"c": "${a}", "l": [1, "${..c}"]}, "s": text, "n": {"m": [text]}, "z": "${s}"}
    try:
        expected: Any = OmegaConf.to_container(OmegaConf.create({**spec, "env": {}}), resolve=True)
        del expected["env"]
    except OMEGACONF:
        with pytest.raises(Flawed):
            resolve(spec, {})
        return
    try:
        found = resolve(spec, {})[0]
    except Flawed as error:
        assert "resolver" in str(error)  # noqa: PT017 - a resolver's name in a text that only looks like a call
        return
    assert repr(found) == repr(expected)


def test_structures_and_their_own_surroundings() -> None:
    spec = {
        "a": {"x": "${.y}", "y": 1},
        "b": "${a}",
        "c": "${b.x}",
        "d": ["${..a.y}", "${d[0]}"],
        "e": "${${f}.y}",
        "f": "a",
    }
    found = resolve(spec, {})[0]
    assert found == {"a": {"x": 1, "y": 1}, "b": {"x": 1, "y": 1}, "c": 1, "d": [1, 1], "e": 1, "f": "a"}


def test_variables_and_secrets() -> None:
    spec = {"url": "${env.bucket}/${secret:KEY}", "team": "${env.deep.team}", "all": "${env.deep}"}
    found, warnings = resolve(spec, {"bucket": "s3://${env.name}", "name": "b", "deep": {"team": "risk"}})
    assert found == {"url": "s3://b/${secret:KEY}", "team": "risk", "all": {"team": "risk"}}
    assert warnings == ()


def test_literal_texts_resolve_to_themselves() -> None:
    value = {"a": "${x} \\${y} $z ${secret:S} \\", "b": ["${", 1]}
    assert resolve({"v": literal(value)}, {})[0] == {"v": value}


WRONG = {
    "${nothing}": "`${nothing}` points at nothing",
    "${.nothing}": "`${.nothing}` points at nothing",
    "${...a}": "`${...a}` leads out of the spec",
    "${env.nam}": "`${env.nam}` points at nothing",
    "${s}": "goes round in a circle: s → s",
    "${m}": "points at a value that is still missing",
    "x${d}": "`${d}` is a structure, and can't be part of a text",
    "${d.${n}}": "`${n}` names a key, and isn't a text",
    "${a.b}": "`${a.b}` points at nothing",
    "${l[7]}": "`${l[7]}` points at nothing",
    "${l.x}": "`${l.x}` points at nothing",
    "${oc.env:HOME}": "reads the world outside this repository",
}


@pytest.mark.parametrize("text", WRONG)
def test_flaws_say_what_is_wrong(text: str) -> None:
    with pytest.raises(Flawed) as caught:
        resolve({"a": 1, "d": {}, "l": [1], "m": "???", "n": 1, "s": text}, {"name": "x"})
    (flaw,) = caught.value.flaws
    assert WRONG[text] in flaw.message
    assert flaw.path == ("s",)


def test_the_nearest_name_is_hinted() -> None:
    with pytest.raises(Flawed) as caught:
        resolve({"learning_rate": 1, "a": "${lerning_rate}", "b": "${env.bukket}", "c": "${env.zzz}"}, {"bucket": 1})
    hints = [flaw.hint for flaw in caught.value.flaws]
    assert hints == ["did you mean `learning_rate`?", "did you mean `bucket`?", "known: bucket"]


def test_every_flaw_of_a_spec_is_found() -> None:
    with pytest.raises(Flawed) as caught:
        resolve({"a": "${x}", "b": ["${y}", {"c": "${oc.env:Z}"}]}, {})
    assert [flaw.path for flaw in caught.value.flaws] == [("a",), ("b", 0), ("b", 1, "c")]


def doubling(levels: int, form: str) -> dict[str, Any]:
    spec: dict[str, Any] = {f"a{i}": form.replace("@", f"${{a{i - 1}}}") for i in range(1, levels)}
    return {"a0": "x", **spec}


HOSTILE = {
    "texts": doubling(80, "@@@@"),
    "texts backwards": dict(reversed(doubling(80, "@@@@").items())),
    "structures": {"a0": "x", **{f"a{i}": [f"${{a{i - 1}}}"] * 2 for i in range(1, 80)}},
    "chain": {"a0": "x", **{f"a{i}": f"${{a{i - 1}}}" for i in range(1, 5000)}},
    "chain backwards": {f"a{i}": f"${{a{i + 1}}}" for i in range(5000)} | {"a5000": "x"},
    "circle": {"a": "${b}", "b": "${c}", "c": "${a}"},
    "in itself": {"a": {"b": "${a}"}},
    "in each other": {"a": {"x": "${b}"}, "b": {"x": "${a}"}},
    "one long text": {"a": "x" * 900_000, "b": ["${a}"] * 500},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_interpolations_end(name: str) -> None:
    start = process_time()
    if name == "chain":
        resolve(HOSTILE[name], {})
    else:
        with pytest.raises(Flawed) as caught:
            resolve(HOSTILE[name], {})
        assert all(len(flaw.message) < 500 for flaw in caught.value.flaws)
    assert process_time() - start < 10
