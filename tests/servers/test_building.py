"""`make servers` on a small server: built once, whole or not at all, and by one at a time."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers import toolchain
from tests.servers.building import BuildFailedError, build, cache, home_of, is_built
from tests.servers.recipes import RECIPES, Recipe

BUILDS = """
import sys
from pathlib import Path
from tests.servers.building import build
from tests.servers.recipes import Recipe
build([Recipe("hello", {"hello": "."}, root=Path(sys.argv[1]))], print)
"""

WITH_C = """package main

// static int seven(void) { return 7; }
import "C"
import "os"

func main() { os.Exit(int(C.seven())) }
"""


@pytest.fixture
def hello(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Return a recipe with a cache of its own for what it makes; Go and uv keep what is theirs where they always do."""
    go = toolchain.find((1, 20), cache(), print)
    monkeypatch.setenv("PATH", str(go.parent), prepend=os.pathsep)
    uv = Path(sys.executable).with_name("uv")
    for name, asked in (("GOCACHE", [go, "env", "GOCACHE"]), ("UV_CACHE_DIR", [str(uv), "cache", "dir"])):
        monkeypatch.setenv(name, subprocess.check_output(asked, text=True).strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "recipes/hello"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module hello\n\ngo 1.20\n")
    (folder / "go.sum").touch()
    (folder / "main.go").write_text('package main\n\nfunc main() { println("hello") }\n')
    return Recipe("hello", {"hello": "."}, root=tmp_path / "recipes")


def test_it_is_built_once(hello: Recipe) -> None:
    told: list[str] = []
    build([hello], told.append)
    assert subprocess.run([home_of(hello) / "hello"], check=True, capture_output=True).stderr == b"hello\n"
    assert "built in" in told[-1]
    told.clear()
    build([hello], told.append)
    assert not told


def test_it_is_built_again_when_its_modules_change(hello: Recipe) -> None:
    build([hello], print)
    (hello.folder / "go.mod").write_text("module hello\n\ngo 1.21\n")
    assert not is_built(hello)


def test_a_failed_build_tells_why_and_leaves_nothing(hello: Recipe) -> None:
    (hello.folder / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")
    with pytest.raises(BuildFailedError, match="undefined: nonsense"):
        build([hello], print)
    assert not is_built(hello)


def test_two_at_once_build_it_once(hello: Recipe) -> None:
    command = [sys.executable, "-c", BUILDS, str(hello.root)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("built in" in text for text in told) == 1


def test_a_machine_without_a_c_compiler_takes_it_from_the_wheel(
    hello: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = toolchain.find((1, 20), cache(), print)
    (hello.folder / "main.go").write_text(WITH_C)
    monkeypatch.setenv("PATH", str(go.parent))
    monkeypatch.delenv("CC", raising=False)
    told: list[str] = []
    build([replace(hello, with_c=True)], told.append)
    assert subprocess.run([home_of(replace(hello, with_c=True)) / "hello"], check=False).returncode == 7
    assert any("installing a C compiler" in word for word in told)


def test_a_machine_without_go_takes_it_from_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(["/usr/bin", "/bin"]))
    if shutil.which("go"):
        pytest.skip("this machine has Go where it can't be hidden")
    go = toolchain.find(toolchain.needed(RECIPES.values()), tmp_path, print)
    assert go.is_relative_to(tmp_path)
    assert toolchain.version_of(go) >= toolchain.needed(RECIPES.values())
