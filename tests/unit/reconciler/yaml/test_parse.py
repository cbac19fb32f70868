"""The strict reader of YAML: equal to OmegaConf's where both read, and clear where it refuses."""

from dataclasses import replace
from time import process_time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf._utils import get_yaml_loader

from reconciler.yaml.parse import DEEPEST, LARGEST, Unreadable, read

OMEGACONF = get_yaml_loader()
PIECES = st.sampled_from(
    ["a", "b", "1", "1e3", "on", ": ", ":", "- ", "\n", "\n  ", " ", "{", "}", "[", "]", ", ", "'", '"', "#", "&x ",
     "*x", "<<: ", "é", "|\n", ">-\n", "!", "!!str ", "%", "@", "\t", "???", "? ", "~", "0x", "_", ".", "\\", "---\n"]
)  # fmt: skip


@settings(max_examples=250)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_what_both_read_is_equal(text: str) -> None:
    try:
        ours = read(text.encode())
    except Unreadable:
        return
    try:
        theirs = yaml.load(text, Loader=OMEGACONF) or {}
    except (yaml.YAMLError, ValueError, TypeError, AttributeError):
        return  # libyaml takes some layouts that PyYAML's own scanner doesn't
    theirs.pop("defaults", None)
    assert repr(ours.value) == repr(theirs)


def test_anchors_aliases_and_merges() -> None:
    text = "base: &base {a: 1, b: 2}\none: {<<: *base, b: 3}\ntwo: {<<: [{a: 9}, *base], c: *base}\n"
    assert read(text.encode()).value == yaml.load(text, Loader=OMEGACONF)


def test_a_document_knows_what_it_needs() -> None:
    document = read(b"# @package _global_\ndefaults: [tabular, _self_]\na: ${b}\nb: ???\n")
    assert (document.package, document.defaults) == ("_global_", ["tabular", "_self_"])
    assert (document.interpolates, document.incomplete, document.weight) == (True, True, 9)
    assert document.value == {"a": "${b}", "b": "???"}


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "---\n", "null\n", "{}"])
def test_an_empty_file_is_an_empty_mapping(text: str) -> None:
    assert read(text.encode()).value == {}


REFUSED = {
    "a: 1\na: 2\n": (2, 1, "the key `a` is there twice"),
    "a: {b: 1, b: 2}": (1, 11, "the key `b` is there twice"),
    "1: a": (1, 1, "a key is a text, and YAML reads this one as 1"),
    "on: a": (1, 1, "a key is a text, and YAML reads this one as true"),
    "~: a": (1, 1, "a key is a text, and YAML reads this one as null"),
    "? [a]\n: b": (1, 3, "a key is a text, and this one is a structure"),
    "- a\n": (1, 1, "a spec is a mapping of fields, and this is a list"),
    "text": (1, 1, "a spec is a mapping of fields, and this is a single value"),
    "a: 1\n---\nb: 2\n": (2, 1, "a file holds one spec, and here a second document begins"),
    "a: !!python/object:os.system {}": (1, 4, "the tag tag:yaml.org,2002:python/object:os.system isn't read in specs"),
    "a: !x y": (1, 4, "the tag !x isn't read in specs"),
    "a: .nan": (1, 4, "`.nan` is no finite number, and JSON has no word for it"),
    "a: -.inf": (1, 4, "`-.inf` is no finite number, and JSON has no word for it"),
    "a: 1e999": (1, 4, "`1e999` is no finite number, and JSON has no word for it"),
    "a: 9223372036854775808": (1, 4, "`9223372036854775808` doesn't fit in 64 bits; quote it if it is a text"),
    "a: " + "9" * 5000: (1, 4, "`" + "9" * 60 + "` is too long for a number; quote it"),
    "a: 0x_": (1, 4, "`0x_` looks like a number and isn't one; quote it"),
    "a: =": (1, 4, "`=` has no meaning here; quote it"),
    "a: <<": (1, 4, "`<<` is a key"),
    "a: [<<]": (1, 5, "`<<` is a key"),
    "a: {<<: 1}": (1, 9, "`<<` merges a mapping or a list of mappings"),
    "a: &x [*x]": (1, 8, "the alias *x has no anchor before it"),
    "a: *x": (1, 4, "the alias *x has no anchor before it"),
    "a: &x 1\nb: &x 2": (2, 4, "the anchor &x is there twice"),
    "a:\n\tb: 1": (2, 1, "a tab can't indent YAML"),
    "a: b: c": (1, 5, "this isn't YAML: mapping values are not allowed in this context"),
    "a: [1, 2\n": (2, 1, "this isn't YAML: did not find expected ',' or ']'"),
    "a: 'b": (1, 6, "this isn't YAML: found unexpected end of stream"),
    'a: "\\0"': (1, 4, "an escape stands for a character that has no place in a spec"),
    "a: b\0c": (1, 5, "the character U+0000 has no place in YAML"),
    "ok: 1\na: \x1b[31m": (2, 4, "the character U+001B has no place in YAML"),
    "defaults:\na: 1": (0, 0, "`defaults` is empty"),
    "# @package a b\nc: 1": (1, 1, "a header is `# @package NAME`"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refusals_name_their_place(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text.encode())
    error = caught.value
    assert (error.line, error.column, error.message) == REFUSED[text]


def test_other_encodings_are_refused() -> None:
    for data, line in ((b"a: \xff", 1), ("a: é\nb: é".encode("latin-1"), 1), ("a: 1".encode("utf-16"), 1)):
        with pytest.raises(Unreadable, match="isn't UTF-8") as caught:
            read(data)
        assert caught.value.line == line


DOUBLING = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))
HOSTILE = {
    "deep flow": b"a: " + b"[" * 200_000,
    "deep mapping": b"{a: " * 200_000,
    "deep block": b"- " * 500_000,
    "deep indentation": "".join(" " * i + "a:\n" for i in range(1000)).encode(),
    "aliases without end": DOUBLING.encode(),
    "merges without end": DOUBLING.replace("[*", "{<<: [*").replace("]\n", "]}\n").replace("[x]", "{k: v}").encode(),
    "one long text many times": b"a: &a " + b"x" * 900_000 + b"\nb: [" + b"*a, " * 5000 + b"]",
    "too large": b"a: 1\n" * LARGEST,
    "a million keys": b"".join(b"%x: 1\n" % i for i in range(100_000)),
    "a long line": b"a: " + b"'" * 999_999,
    "brackets": b"]" * 1_000_000,
    "anchors": b"a: [" + b"&x " * 300_000,
    "digits": b"a: " + b"1" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(name: str) -> None:
    start = process_time()
    with pytest.raises(Unreadable) as caught:
        read(HOSTILE[name])
    assert process_time() - start < 10
    assert len(str(caught.value)) < 300


def test_the_deepest_spec_is_read() -> None:
    inner = DEEPEST - 1
    assert read(b"a: " + b"[" * inner + b"]" * inner).weight == DEEPEST + 1
    with pytest.raises(Unreadable, match="more than 100 levels"):
        read(b"a: " + b"[" * DEEPEST + b"]" * DEEPEST)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = str(read(data).value)
    except Unreadable as error:
        found = error.message
    assert found.isprintable()


def test_a_file_may_say_its_version_and_means_the_same_with_it() -> None:
    said, plain = read(b"apiVersion: setpoint/v1\na: {apiVersion: 7}\n"), read(b"a: {apiVersion: 7}\n")
    assert replace(said, weight=0) == replace(plain, weight=0)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\napiVersion: setpoint/v2\nb: [unknown, to, this, version]\n", 2, 13),
        ("apiVersion: v1\n", 1, 13),
        ("apiVersion: 1\n", 1, 13),
        ("apiVersion:\n", 1, 12),
        ("apiVersion: [setpoint/v1]\n", 1, 13),
        ("apiVersion: ${env.version}\n", 1, 13),
        ("<<: {apiVersion: setpoint/v9}\n", 1, 18),
    ],
)
def test_a_version_that_is_not_known_is_refused_with_those_that_are(text: str, line: int, column: int) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(text.encode())
    error = refusal.value
    assert (error.line, error.column) == (line, column)
    assert "there is setpoint/v1" in error.message
    assert "upgrade setpoint" in error.hint


def test_a_pointer_of_git_lfs_is_named() -> None:
    with pytest.raises(Unreadable, match="a pointer of Git LFS"):
        read(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
