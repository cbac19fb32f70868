"""Every promise names the code that keeps it and a test that holds it, and both are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = re.sub(r"<!--.*?-->", "", (ROOT / "docs" / "promises.md").read_text(), flags=re.DOTALL)
PLACES = sorted(set(re.findall(r"`((?:reconciler|runners|tests)/[\w/.]+(?:::\w+)?)`", PAGE)))
ROWS = [
    line.split(" | ")
    for line in PAGE.splitlines()
    if line.startswith("| ") and "`tests/" in line and "reconciler/" in line
]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_promise_names_is_there(place: str) -> None:
    path, _, test = place.partition("::")
    assert (ROOT / path).exists()
    if test:
        tree = ast.parse((ROOT / path).read_text())
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("| ")[:60])
def test_every_promise_has_its_code_and_its_test(row: list[str]) -> None:
    promise, kept, held = row
    assert "`reconciler/" in kept, promise
    assert "`tests/" in held, promise


def test_the_promises_are_many() -> None:
    assert len(ROWS) >= 15


def test_a_failure_is_seen_again_by_commands_that_are_there() -> None:
    options = (ROOT / "tests" / "conftest.py").read_text()
    assert {"--life", "--killed-at"} <= set(re.findall(r"--[a-z-]+", options))
    assert "SETPOINT_LIVES" in (ROOT / "tests" / "lives" / "conftest.py").read_text()
    assert {"--only", "--first", "--inputs"} <= set(
        re.findall(r"--[a-z-]+", (ROOT / "tests" / "fuzz" / "__main__.py").read_text())
    )
