"""Expressions in words: each example in the words is one that the expression takes."""

import re

import pytest

from runners.contract.forms import FORMS, form_of

EXAMPLE = re.compile(r"(?:`|such as )((?:https?:|[\w$~/.@{])[^`\s,]*)")


@pytest.mark.parametrize("pattern", FORMS)
def test_the_examples_have_the_form(pattern: str) -> None:
    examples = [one for one in EXAMPLE.findall(FORMS[pattern].words) if "<" not in one]
    assert all(re.search(pattern, example.replace("NAME", "SHOP")) for example in examples), examples
    assert FORMS[pattern].words[0].islower()


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"^datasets/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "a reference such as `datasets/<name>`"),
        (r"^(a|b|c)/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "a reference such as `a/<name>`, `b/<name>` or `c/<name>`"),
        (r"^experiments/[a-z0-9-]+/[0-9a-f]{12}$", "a reference such as `experiments/<name>/<digest>`"),
    ],
)
def test_references_name_their_kinds(pattern: str, words: str) -> None:
    form = form_of(pattern)
    assert form is not None
    assert form.words == words


def test_what_stands_for_a_secret_is_marked() -> None:
    form = form_of(r"^\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}$")
    assert form is not None
    assert form.is_secret
    assert form_of("^x$") is None
