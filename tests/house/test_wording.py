"""No error of a spec or an environment speaks pydantic, Python or expressions: each says in words what is wanted.

Every field of every kind, of an environment, of what it tells and of each provider's options is given values that break
each of its constraints, and all that is told of them is read.
"""

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reconciler.compose.validate import flaws
from reconciler.model.environment import Environment
from reconciler.model.kinds import KINDS
from reconciler.plugins import PORTS, Plugins
from tests.house.yardstick import told

ODD = (None, True, -1, 0, 1, 10**12, 1.5, -0.5, math.nan, math.inf)
TEXTS = ("", " ", "?! ", "A b", "x" * 5000, "${", "2020-13-45T99:00:00Z", "2020-01-01T00:00:00", "1 fortnight", "1")
SINGLE = (*ODD, *TEXTS)
LISTS = ([], [[]], ["a", "a"], [1] * 300, ["a"] * 6000, [["?! "]], [{"?! ": 1}], *([one] for one in SINGLE))
MAPPINGS = ({}, {"?! ": 1}, {"": None}, {"x": {"y": "?! "}}, {"x": ["?! "]}, *({"x": one} for one in SINGLE))
MANY = ({str(number): 1 for number in range(300)},)
VALUES = (*SINGLE, *LISTS, *MAPPINGS, *MANY)

FOREIGN = re.compile(
    r"[Ii]nput should|should (match|have at)|valid string|\bNone\b|\bTrue\b|\bFalse\b|<class|\bb'|Path\("
    r"|something else|\[a-z|\[\^|\\[swd]|\{0,\d|\^|\(\?|unable to|\.\d+(?= says| minimum|$)"
    r"|another (value|form)|\bnot this\b",
)
"""What no message holds: pydantic's words, Python's values, expressions, and words of ours that say nothing."""

_QUOTED = re.compile(r"(?<=not )`[^`]*`|(?<=and is )\S+|the number \S+")
"""What a person wrote, which is told as it is."""


def blocks(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and all that its fields are made of."""
    found, waiting = set(), [root]
    while waiting:
        block = waiting.pop()
        if block in found:
            continue
        found.add(block)
        yield block
        parts = [field.annotation for field in block.model_fields.values()]
        while parts:
            part = parts.pop()
            if isinstance(part, type) and issubclass(part, BaseModel):
                waiting.append(part)
            parts += get_args(part)


def roots() -> list[type[BaseModel]]:
    plugins = Plugins()
    options = [plugins.options(port, name) for port in PORTS for name in plugins.providers(port)]
    return [*KINDS.values(), Environment, *filter(None, options)]


@cache
def everything() -> list[type[BaseModel]]:
    return sorted(
        {block for root in roots() for block in blocks(root)}, key=lambda block: (block.__name__, block.__module__)
    )


def findings(block: type[BaseModel], key: str, value: Any) -> list[ErrorDetails]:
    """Return what pydantic finds of one field, the others left out."""
    try:
        block.model_validate({key: value})
    except ValidationError as error:
        return [one for one in error.errors(include_url=False) if one["loc"][:1] == (key,)][:60]
    return []


def wrongs(block: type[BaseModel]) -> Iterator[str]:
    """Yield what is told of each wrong value of each field."""
    keys = [field.alias or name for name, field in block.model_fields.items()]
    for key, value in ((key, value) for key in keys for value in VALUES):
        for flaw in flaws(block, {key: value}, findings(block, key, value)):
            yield f"{block.__name__}.{key}: {flaw.message} ({flaw.hint})"


@pytest.mark.parametrize("block", everything(), ids=lambda block: f"{block.__module__}.{block.__name__}")
def test_every_constraint_is_told_in_words(block: type[BaseModel]) -> None:
    bad = {line for line in wrongs(block) if FOREIGN.search(_QUOTED.sub("", line))}
    what = "Say in words what is wanted: runners/contract/forms.py has texts, runners/contract/mistakes.py the rest."
    assert not bad, told(sorted(bad)[:20], what)


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for part in schema.values():
            yield from patterns(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from patterns(part)


def test_the_sweep_meets_every_expression() -> None:
    asked = {pattern for root in roots() for pattern in patterns(root.model_json_schema())}
    keys = ((block, field.alias or name) for block in everything() for name, field in block.model_fields.items())
    found = (one for block, key in keys for value in VALUES for one in findings(block, key, value))
    met = {one["ctx"]["pattern"] for one in found if one["type"] == "string_pattern_mismatch"}
    asked -= {parsed for parsed in asked if "ms|s|m|h" in parsed}  # durations are parsed, and only editors are told so
    assert not asked - met, told(sorted(asked - met), "Add a value that breaks it to VALUES.")
