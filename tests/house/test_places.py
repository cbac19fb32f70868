"""No file names a package registry or a path of somebody's machine: the code works wherever it is checked out."""

import re
from pathlib import Path

from tests.house.yardstick import ROOT, told, tracked_files

REGISTRIES = re.compile(
    # Written in pieces, so that this file doesn't name them either.
    r"py" r"pi\.org|python" r"hosted\.org|npm" r"js\.(?:org|com)|crates" r"\.io|ana" r"conda\.org"
    r"|(?:proxy|sum)\." r"golang\.org|repo1?\." r"maven|(?<!emit)-(?:-extra)?-index" r"-url|\bindex_" r"url\s*="
)  # fmt: skip


def machine_paths(*paths: Path) -> re.Pattern[str]:
    """Match these folders where they are written as the start of a path."""
    deep = [re.escape(str(path)) for path in paths if len(path.parts) > 1]
    return re.compile(rf"(?<![\w./-])(?:{'|'.join(deep)})(?=[/\s\"'`]|$)")


def named(text: str, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
    """Return each line, by its number, that the pattern is found in."""
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def found(pattern: re.Pattern[str]) -> list[str]:
    texts = [(path, path.read_bytes().decode("utf-8", errors="ignore")) for path in tracked_files()]
    return [
        f"{path.relative_to(ROOT)}:{number}: {line[:80]}"
        for path, text in texts
        for number, line in named(text, pattern)
    ]


def test_no_registry_is_named() -> None:
    places = found(REGISTRIES)
    assert not places, told(places, "Leave the choice of a registry to the machine's own configuration.")


def test_no_path_of_this_machine_is_named() -> None:
    places = found(machine_paths(ROOT, Path.home()))
    assert not places, told(places, "Start from __file__, the work directory or a setting.")
