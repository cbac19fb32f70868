"""Survivors that are accepted: each mutant by its file and its line, with the reason why no test should kill it."""

import tomllib
from pathlib import Path

from tests.mutants.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("survivors.toml")
Key = tuple[str, str, str]


def accepted(table: Path = TABLE) -> dict[Key, str]:
    """Read the table: why each of them may live."""
    rows = tomllib.loads(table.read_text("utf-8")).get("survivor", [])
    return {(row["path"], row["before"].strip(), row["after"].strip()): row["reason"].strip() for row in rows}


def stale(root: Path, keys: dict[Key, str]) -> list[Key]:
    """Return those that are no mutant of the source as it is now."""
    known = {path: {mutant.key for mutant in _of(root, path)} for path in {key[0] for key in keys}}
    return [key for key in keys if key not in known[key[0]]]


def _of(root: Path, path: str) -> list[Mutant]:
    file = root / path
    return mutants(path, file.read_text("utf-8")) if file.exists() else []
