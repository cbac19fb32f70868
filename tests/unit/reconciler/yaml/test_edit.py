"""A YAML text is edited as a careful person would."""

import re
import textwrap
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.errors import Refused
from reconciler.yaml.edit import Gone, edit_yaml

SPEC = textwrap.dedent("""\
    # yaml-language-server: $schema=../../schemas/deployments.schema.json
    model:            # pinned by promotions
      trial: 'old/one/1'
      digest: "sha256:1"

    # how many
    replicas: {minimum: 1, maximum: 3}
    stages:
      - 10   # careful
      - 100
    text: |
      two
      lines
    interpolated: ${env.name}
    """)


def test_only_what_is_edited_changes() -> None:
    new = edit_yaml(SPEC, {"model.trial": "new/two/2", "replicas.maximum": 5})
    changed = [pair for pair in zip(SPEC.splitlines(), new.splitlines(), strict=True) if pair[0] != pair[1]]
    assert changed == [
        ("  trial: 'old/one/1'", "  trial: 'new/two/2'"),
        ("replicas: {minimum: 1, maximum: 3}", "replicas: {minimum: 1, maximum: 5}"),
    ]


def test_what_says_so_already_stays_as_it_is() -> None:
    odd = "a:    1\nb:   [ 1,2 ]   # x\n"
    assert edit_yaml(odd, {"a": 1, "b": [1, 2]}) == odd


def test_a_file_is_made_from_nothing() -> None:
    assert edit_yaml("", {"model.trial": "a/b/c", "model.digest": "sha256:1", "steps": [1, 2]}) == (
        "model:\n  trial: a/b/c\n  digest: sha256:1\nsteps:\n  - 1\n  - 2\n"
    )


def test_an_empty_mapping_is_filled() -> None:
    assert yaml.safe_load(edit_yaml("{}  # nothing yet\n", {"a": 1})) == {"a": 1}


def test_comments_alone_are_kept() -> None:
    assert edit_yaml("# only this\n", {"a": 1}) == "# only this\na: 1\n"


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        (
            "model: null\n\n# How many.\nreplicas: 1\n",
            "model:\n  trial: a\n  of: {b: 1}\n\n# How many.\nreplicas: 1\n",
        ),
        ("model: none  # yet\nreplicas: 1\n", "model:\n  trial: a\n  of: {b: 1}  # yet\nreplicas: 1\n"),
    ],
)
def test_the_comment_behind_a_value_stands_behind_what_takes_its_place(text: str, edited: str) -> None:
    found = edit_yaml(text, {"model": {"trial": "a", "of": {"b": 1}}})
    assert re.sub(" +#", "  #", found).replace("\n  #", "\n#").replace("of:\n    b: 1", "of: {b: 1}") == edited


@pytest.mark.parametrize(
    "text",
    [
        "a:\n    b: 1\n    c:\n    - 1\n    - 2\n",
        "a:\n  b: 1\nc:\n  - 1\n  - x: 2\n",
        "c:\n- 1\n- x: 2\na:\n  b: 1\n",
        "c:   [ 1,2 ]   # spaced\na:\n  b: 1\nd:\n      deep: {x: 1}\n",
        "---\na:\n  b: 1\n",
        "a:\r\n  b: 1 # win\r\n",
        "a:\n  b: 1\nlong: " + "word " * 60 + "end\n",
        'a:\n  b: 1\nd: 0o17\ne: 1e-3\nf: 2024-01-01\ng: ~\nh: "q"\n',
    ],
)
def test_layout_is_kept(text: str) -> None:
    new = edit_yaml(text, {"a.b": 7, "z": "end"})
    assert new.replace("b: 7", "b: 1").removesuffix("z: end\r\n" if "\r" in text else "z: end\n") == text


@pytest.mark.parametrize(
    "value", ["on", "no", "1e-5", "1", "null", "~", "0x1", "2024-01-01", "", " a", "a: b", "#x", "*a"]
)
def test_texts_stay_texts(value: str) -> None:
    assert yaml.safe_load(edit_yaml("x: 1\n", {"x": value})) == {"x": value}


@pytest.mark.parametrize("value", ["a\n0", "a\tb\n0", "\x1f\n0", "\x85\n0", "\u2028\n0", "\x07\na: b\n", "\ufeff\n\n0"])
def test_texts_of_several_lines_are_read_as_they_were_given(value: str) -> None:
    assert yaml.safe_load(edit_yaml("x: 1\n", {"x": value, "y.z": value})) == {"x": value, "y": {"z": value}}


@pytest.mark.parametrize("value", [1e-5, 1e20, 0.1, 3, True, None, -1.5e-300, [], {}, {"a": [1, {"b": None}]}])
def test_values_are_read_as_they_were_given(value: Any) -> None:
    assert yaml.safe_load(edit_yaml("x: 1\n", {"x": value})) == {"x": value}


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", min_size=1), inner, max_size=2)
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b.c", "b.d", "e.f.g", "model.trial", "new"]), VALUES, max_size=4))
def test_the_new_text_says_the_old_and_the_edits(edits: dict[str, Any]) -> None:
    expected = yaml.safe_load(SPEC)
    for path, value in edits.items():
        *parents, last = path.split(".")
        at = expected
        for name in parents:
            at = at.setdefault(name, {})
        at[last] = value
    assert yaml.safe_load(edit_yaml(SPEC, edits)) == expected


def test_an_alias_is_not_followed_in_secret() -> None:
    with pytest.raises(Refused, match="without changing more"):
        edit_yaml("a: &x {k: 1}\nb: *x\n", {"b.k": 2})
    assert edit_yaml("a: &x {k: 1}\nb: *x\n", {"c": 2}) == "a: &x {k: 1}\nb: *x\nc: 2\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "no YAML"),
        ("- 1\n", "no mapping"),
        ("a: {}\na: {}\n", "can't be edited"),
        ("a: 1\n", "a is no mapping"),
        ("a: !!python/object:os.system {}\n", "no YAML"),
        ("[" * 5000, "no YAML"),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, problem: str) -> None:
    with pytest.raises(Refused, match=problem) as told:
        edit_yaml(text, {"c": 1, "a.b": 1}, "specs/x.yaml")
    assert "specs/x.yaml" in told.value.message
    assert told.value.hint


def test_a_path_of_names_may_have_dots_in_them() -> None:
    text = "columns:\n  a.b: {type: string} # why\n"
    assert edit_yaml(text, {"columns.a\\.b.type": "integer"}) == text.replace("string", "integer")


def test_what_is_gone_is_taken_away_with_what_is_said_of_it() -> None:
    text = "a: 1\nb:\n  # of c\n  c: 1\n  d: 2   # of d\ne: 3\n"
    assert edit_yaml(text, {"b.c": Gone.GONE}) == "a: 1\nb:\n  # of c\n  d: 2   # of d\ne: 3\n"
    assert edit_yaml(text, {"x": Gone.GONE}) == text
