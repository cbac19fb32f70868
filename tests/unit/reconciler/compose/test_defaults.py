"""`defaults:` lists: equal to Hydra's, whichever of the two algorithms expands them."""

import json
import tempfile
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hydra.errors import HydraException
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from omegaconf.errors import OmegaConfBaseException

from reconciler.compose.defaults import MOST_LAYERS, Indirect, Node, expand, listed
from reconciler.compose.flaws import Flawed
from reconciler.compose.library import Desk
from reconciler.model.errors import BadSpec
from tests.unit.reconciler.compose.samples import by_hydra, library, values

HYDRA = (
    HydraException,
    OmegaConfBaseException,
    ValueError,
    TypeError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
)
KEYS = st.sampled_from("abcd")
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [
        1,
        2.5,
        True,
        None,
        "on",
        "1e3",
        "text",
        "",
        1e-5,
        "${a}",
        "${b.c}",
        "${.a}",
        "x${a}y",
        "${env.v}",
        "\\${a}",
        "${..d}",
    ]
)
FIELDS = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2)),
    max_size=3,
)
ENTRIES = st.one_of(
    st.sampled_from(["p0", "p1", "/parts/p2", "p2@b", "p1@_here_", "/parts/p0@_global_", "p0@a.b"]),
    st.builds(
        lambda group, option: {group: option},
        st.sampled_from(["g", "/g", "g@b", "h", "g@_global_", "/parts/g", "g@c.d", "optional g"]),
        st.sampled_from(["x", "y", None]),
    ),
)


@st.composite
def lists(draw: st.DrawFn) -> list[Any]:
    entries: list[Any] = draw(st.lists(ENTRIES, max_size=3))
    if draw(st.booleans()):
        entries.insert(draw(st.integers(0, len(entries))), "_self_")
    if draw(st.integers(0, 5)) == 0:
        entries.append({"override g": draw(st.sampled_from("xy"))})
    return entries


@st.composite
def documents(draw: st.DrawFn, with_defaults: bool = False, with_header: bool = False) -> str:
    fields = draw(FIELDS)
    if with_defaults:
        fields = {"defaults": draw(lists()), "a": 1, "b": {"c": "q"}, "d": "t", **fields}
    header = draw(st.sampled_from(["", "", "_global_", "a", "b.c"])) if with_header else ""
    return (f"# @package {header}\n" if header else "") + yaml.safe_dump(fields, sort_keys=False)


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    files = {"specs/experiments/e.yaml": draw(documents(with_defaults=True))}
    for part in ("p0", "p1", "p2", "g/x", "g/y", "h/x", "h/y"):
        files[f"specs/parts/{part}.yaml"] = draw(documents(with_header=True))
    if draw(st.integers(0, 2)) == 0:
        files["specs/parts/p0.yaml"] = draw(documents(with_defaults=True))
    if draw(st.integers(0, 2)) == 0:
        files["environments/dev/experiments/e.yaml"] = draw(documents(with_defaults=True))
    return files


PLAIN = {
    "specs/experiments/e.yaml": "defaults: [p0, {g: x}, _self_]\na: 1\nd: ${g.c}\n",
    "specs/parts/p0.yaml": "a: 0\nb: {c: 2}\n",
    "specs/parts/g/x.yaml": "defaults: [y@deep]\nc: 3\n",
    "specs/parts/g/y.yaml": "c: 4\n",
    "environments/dev/experiments/e.yaml": "defaults: [{override g: y}]\nb: {c: 5}\n",
}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@example(PLAIN)
@given(repositories())
def test_specs_are_what_stock_hydra_composes(files: dict[str, str]) -> None:
    variables = {"v": {"deep": 1}}
    with tempfile.TemporaryDirectory() as folder:
        try:
            expected = by_hydra(Path(folder), files, "experiments/e", variables)
        except HYDRA:
            with pytest.raises((Flawed, BadSpec)):
                values(files, "experiments/e", variables)
            return
    try:
        found = values(files, "experiments/e", variables)
    except Flawed as error:
        assert "structure" in str(error)  # noqa: PT017 - what Hydra would do is legal, and refused here
        return
    # Hydra merges into a config that it has in memory: used a second time, it isn't what its file says.
    assume(json.dumps(found) == json.dumps(expected) or not _is_used_twice(files))
    assert json.dumps(found) == json.dumps(expected)


def _is_used_twice(files: dict[str, str]) -> bool:
    used = " ".join(str(yaml.safe_load(text).get("defaults", [])) for text in files.values())
    return any(used.count(name) > 1 for name in ("p0", "p1", "p2", "'x'", "'y'"))


def layers(files: dict[str, str], text: str) -> list[tuple[str, tuple[str, ...]]]:
    shelf = library({**files, "specs/experiments/e.yaml": text})
    file = "specs/experiments/e.yaml"
    return [
        (layer.file.removeprefix("specs/"), layer.package)
        for layer in expand(Desk(shelf, "experiments"), Node("e", file, shelf.document(file)))
    ]


PARTS = {
    "specs/parts/p.yaml": "a: 1",
    "specs/parts/g/x.yaml": "a: 1",
    "specs/parts/g/nested.yaml": "defaults: [x, /p@q, _self_]",
    "specs/parts/global.yaml": "# @package _global_\na: 1",
    "specs/parts/named.yaml": "# @package n.m\na: 1",
    "specs/parts/loop.yaml": "defaults: [loop2]",
    "specs/parts/loop2.yaml": "defaults: [loop]",
    "specs/parts/broken.yaml": "- x",
}
E_ = ("experiments/e.yaml", ())


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("[]", [E_]),
        ("[_self_]", [E_]),
        ("[p]", [("parts/p.yaml", ()), E_]),
        ("[_self_, p]", [E_, ("parts/p.yaml", ())]),
        ("[/parts/p]", [("parts/p.yaml", ("parts",)), E_]),
        ("[/parts/p@_here_]", [("parts/p.yaml", ()), E_]),
        ("[/parts/global]", [("parts/global.yaml", ()), E_]),
        ("[named]", [("parts/named.yaml", ("n", "m")), E_]),
        ("[named@o]", [("parts/named.yaml", ("o",)), E_]),
        ("[{g: x}]", [("parts/g/x.yaml", ("g",)), E_]),
        ("[g/x]", [("parts/g/x.yaml", ("g",)), E_]),
        ("[{g@params.model: x}]", [("parts/g/x.yaml", ("params", "model")), E_]),
        (
            "[{g: nested}]",
            [("parts/g/x.yaml", ("g",)), ("parts/p.yaml", ("g", "q")), ("parts/g/nested.yaml", ("g",)), E_],
        ),
    ],
)
def test_plain_lists(entries: str, expected: list[Any]) -> None:
    assert layers(PARTS, f"defaults: {entries}") == expected


@pytest.mark.parametrize(
    "entries",
    ["[{override g: x}]", "[{optional g: x}]", "[{g: null}]", "[{g: [x]}]", "['${a}']", "[{g: '${a}'}]",
     "[{g: x}, {g: x}]", "['p@a b']", "['p@_group_']", "[{g: a/b}]", "['optional p']"],
)  # fmt: skip
def test_other_lists_are_hydras(entries: str) -> None:
    with pytest.raises(Indirect):
        layers(PARTS, f"defaults: {entries}")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("[q]", "there is no part `q`: no file specs/parts/q.yaml"),
        ("[{g: y}]", "there is no part `g/y`: no file specs/parts/g/y.yaml"),
        ("[loop]", "`loop` includes itself"),
        ("[e]", "`e` includes itself"),
        ("[_self_, _self_]", "`_self_` is there twice"),
        ("text", "`defaults` is a list of parts"),
        ("{a: b}", "`defaults` is a list of parts"),
        ("[1]", "an entry of `defaults` can't be read"),
        ("[[p]]", "an entry of `defaults` can't be read"),
        ("[{g: x, h: y}]", "an entry of `defaults` can't be read"),
        ("[{g: {a: 1}}]", "an entry of `defaults` can't be read"),
    ],
)
def test_wrong_lists(entries: str, message: str) -> None:
    with pytest.raises(Flawed) as caught:
        layers(PARTS, f"defaults: {entries}")
    assert caught.value.flaws[0].message == message
    assert caught.value.flaws[0].path[:1] == ("defaults",)


def test_a_missing_part_has_a_nearest_name_and_a_place() -> None:
    with pytest.raises(Flawed) as caught:
        layers(PARTS, "defaults: [p, globl]")
    (flaw,) = caught.value.flaws
    assert (flaw.hint, flaw.path, flaw.file) == ("did you mean `global`?", ("defaults", 1), "specs/experiments/e.yaml")


def test_an_unreadable_part_is_told_with_its_own_place() -> None:
    with pytest.raises(BadSpec) as caught:
        layers(PARTS, "defaults: [broken]")
    assert caught.value.problems[0].file == "specs/parts/broken.yaml"


def test_parts_that_multiply_are_bounded() -> None:
    doubling = {f"specs/parts/d{i}.yaml": f"defaults: [d{i + 1}@a, d{i + 1}@b]" for i in range(60)}
    start = process_time()
    with pytest.raises(Flawed, match=f"more than {MOST_LAYERS} files"):
        layers({**doubling, "specs/parts/d60.yaml": "a: 1"}, "defaults: [d0@_here_]")
    with pytest.raises(Flawed, match="can't be read"):
        layers(PARTS, f"defaults: [{'p, ' * 1000}]")
    with pytest.raises(Flawed, match="more than 100 levels deep"):
        layers(PARTS, f"defaults: [p@{'a.' * 1000}a]")
    assert process_time() - start < 5


def test_the_entries_of_a_file_without_a_list() -> None:
    shelf = library({"a.yaml": "x: 1"})
    assert listed(Node("a", "a.yaml", shelf.document("a.yaml"))) == []
