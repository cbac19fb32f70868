"""Hydra's own expansion of `defaults:` lists."""

from time import process_time

import pytest
from hydra import version

from reconciler.compose import hydra_defaults
from reconciler.compose.defaults import Node, expand
from reconciler.compose.flaws import Flawed
from reconciler.compose.library import Desk
from reconciler.model.errors import BadSpec
from tests.unit.reconciler.compose.samples import library

E = "specs/experiments/e.yaml"
PARTS = {
    "specs/parts/p.yaml": "a: 1",
    "specs/parts/g/x.yaml": "a: 1",
    "specs/parts/g/y.yaml": "a: 2",
    "specs/parts/model.yaml": "defaults: [{g: x}]\nb: 1",
    "specs/parts/broken.yaml": "- x",
}


def layers(entries: str, parts: dict[str, str] = PARTS, hydra: bool = True) -> list[tuple[str, tuple[str, ...]]]:
    shelf = library({**parts, E: f"defaults: {entries}\nc: 1"})
    by = hydra_defaults.expand if hydra else expand
    found = by(Desk(shelf, "experiments"), Node("e", E, shelf.document(E)))
    return [(layer.file.removeprefix("specs/"), layer.package) for layer in found]


@pytest.mark.parametrize("entries", ["[p]", "[_self_, p]", "[{g: x}, _self_]", "[model]", "[p@b.c, {/g@d: y}]", "[]"])
def test_both_algorithms_agree_where_both_work(entries: str) -> None:
    assert layers(entries) == layers(entries, hydra=False)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("[model, {override g: y}]", ["parts/g/y.yaml", "parts/model.yaml", "experiments/e.yaml"]),
        ("[{g: [x, y]}]", ["parts/g/x.yaml", "parts/g/y.yaml", "experiments/e.yaml"]),
        ("[{optional g: nothing}]", ["experiments/e.yaml"]),
        ("[{g: null}]", ["experiments/e.yaml"]),
        ("[{g: x}, {h@i: '${g}'}]", None),
    ],
)
def test_what_only_hydra_expands(entries: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(Flawed):
            layers(entries)
    else:
        assert [file for file, _ in layers(entries)] == expected


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ("[{override g: x}]", "Could not override 'g'"),
        ("[{g: x}, {g: y}]", "Multiple values for g"),
        ("[{g: z}]", "Could not find 'g/z'"),
        ("['nothing']", "Could not load 'nothing'"),
        ("['p@a b']", "`a b` is no package"),
        ("['${oc.env:HOME}']", "reads the world outside"),
        ("[{g: '${oc.env:HOME}'}]", "reads the world outside"),
        ("[{g: '${nothing}'}]", "Error resolving interpolation '${nothing}'"),
    ],
)
def test_what_hydra_refuses_is_a_flaw_of_the_list(entries: str, words: str) -> None:
    with pytest.raises(Flawed) as caught:
        layers(entries)
    (flaw,) = caught.value.flaws
    assert words in flaw.message
    assert "Config search path" not in flaw.message
    assert (flaw.path[0], flaw.file) == ("defaults", E)


def test_an_unreadable_part_is_told_as_such() -> None:
    with pytest.raises(BadSpec):
        layers("[{optional g: x}, broken]")


def test_parts_that_include_each_other_end() -> None:
    loop = {"specs/parts/a.yaml": "defaults: [b]", "specs/parts/b.yaml": "defaults: [a]"}
    many = {f"specs/parts/d{i}.yaml": f"defaults: [d{i + 1}@a, d{i + 1}@b]" for i in range(60)}
    start = process_time()
    for parts, first in ((loop, "a"), (many, "d0")):
        with pytest.raises(Flawed):
            layers(f"[{{g: null}}, {first}]", {**PARTS, **parts})
    assert process_time() - start < 20


def test_the_version_of_hydras_rules_is_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELF_WARNING_AS_ERROR", "1")
    version.setbase("1.2")
    assert layers("[{g: null}, p]") == [("parts/p.yaml", ()), ("experiments/e.yaml", ())]
    assert str(version.getbase()) == "1.3"
