"""OmegaConf's pure resolvers, and none but these."""

import os
from time import process_time
from typing import Any

import pytest
from omegaconf import OmegaConf

from reconciler.compose.flaws import Flawed
from reconciler.compose.interpolation import resolve
from reconciler.compose.resolvers import evaluate, only_pure, weigh
from reconciler.model.errors import Severity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${oc.select:a}", 1),
        ("${oc.select:zz,7}", 7),
        ("${oc.select:zz,${b.c}}", "q"),
        ("x ${oc.select:a} y", "x 1 y"),
        ("${oc.dict.keys:b}", ["c"]),
        ("${oc.dict.values:b}", ["q"]),
        ("${oc.create:{x:1}}", {"x": 1}),
        ("${oc.select:t}", "${secret:X} ${HOME}"),
        ("${oc.select:zz,'${secret:X}'}", "${secret:X}"),
        ("${oc.select:env.v}", "variable"),
    ],
)
def test_pure_resolvers_answer(text: str, value: Any) -> None:
    spec = {"a": 1, "b": {"c": "q"}, "t": "${secret:X} \\${HOME}", "s": text, "u": "${s}"}
    found = resolve(spec, {"v": "variable"})[0]
    assert found["s"] == found["u"] == value
    assert found["t"] == "${secret:X} ${HOME}"


def test_a_deprecated_field_is_a_warning() -> None:
    found, warnings = resolve({"new": 1, "old": "${oc.deprecated:new,'use $NEW_KEY'}"}, {})
    assert found == {"new": 1, "old": 1}
    assert [(flaw.message, flaw.severity) for flaw in warnings] == [("use new", Severity.WARNING)]


@pytest.mark.parametrize(
    "text",
    [
        "${oc.create:\"{x: '$\\{oc.env:HOME}'}\"}",
        "${oc.select:zz,${n}}",
        "${oc.create:${..text}}",
        "${oc.select:",
        "${oc.select:a,}x${oc.select}",
        "${oc.dict.keys:a}",
        "${oc.select:s}",
    ],
)
def test_nothing_else_is_reached(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HOME", "leaked")
    spec = {"a": 1, "n": {"x": "$"}, "text": "{x: '\\${oc.env:HOME}'}", "d": {"s": text}, "s": text}
    try:
        found = resolve(spec, {})[0]
    except Flawed:
        return
    assert "leaked" not in repr(found)


def test_the_registry_is_as_it_was_afterwards() -> None:
    with only_pure():
        assert not OmegaConf.has_resolver("oc.env")
        assert OmegaConf.has_resolver("oc.select")
    assert OmegaConf.has_resolver("oc.env")
    with pytest.raises(Flawed):
        resolve({"a": "${oc.select:"}, {})
    assert OmegaConf.has_resolver("oc.env")


def test_missing_values_and_circles_are_flaws() -> None:
    for text in ("${oc.dict.keys:zz}", "${oc.select:s}", "${oc.select:m}x"):
        with pytest.raises(Flawed):
            resolve({"s": text, "m": "${oc.select:s}"}, {})


def chain(form: str, levels: int = 60) -> dict[str, Any]:
    return {f"a{i}": form.replace("@", f"a{i + 1}") for i in range(levels)} | {f"a{levels}": "x" * 1000}


HOSTILE = {
    "calls without end": chain("${oc.select:@}${oc.select:@}"),
    "references around calls": chain("${@}${@}${@}${oc.select:a60}"),
    "long answers": {"a": "x" * 500_000, **{f"b{i}": "${oc.select:a}" for i in range(100)}},
    "structures": {"a": list(range(5000)), **{f"b{i}": "${oc.create:${a}}" for i in range(100)}},
    "a large spec": {"a": list(range(90_000)), "b": "${oc.select:a}"},
    "many calls": {f"a{i}": "${oc.select:zz,1}" for i in range(3000)},
    "one long call": {"a": "${oc.select:zz,'" + "x" * 100_000 + "'}"},
    "one deep call": {"a": "${oc.create:" + "[" * 1900 + "]" * 1900 + "}"},
    "nested calls": {"a": "${oc.select:" * 300 + "}" * 300},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calls_end(name: str) -> None:
    start = process_time()
    with pytest.raises(Flawed) as caught:
        resolve(HOSTILE[name], {})
    assert process_time() - start < 20
    assert all(len(flaw.message) < 400 for flaw in caught.value.flaws)


@pytest.mark.parametrize(
    "text", ["${oc.create:{1:a}}", "${oc.create:[nan]}", "${oc.create:'a: .inf'}", "${oc.select:z,nan}"]
)
def test_what_resolvers_make_is_held_to_what_a_file_may_say(text: str) -> None:
    with pytest.raises(Flawed, match="a resolver made a"):
        resolve({"a": text}, {})


def test_values_are_counted() -> None:
    assert weigh({"a": [1, 2, {"b": None}]}) == 6


def test_only_what_is_deferred_is_resolved() -> None:
    draft = {"a": "${not:resolved}", "b": "${oc.select:c}", "c": 1}
    assert evaluate(draft, {}, frozenset({("b",)}))[0] == {"a": "${not:resolved}", "b": 1, "c": 1}
