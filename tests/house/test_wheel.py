"""The wheel holds all that a user needs, and nothing else: the packages, and the sample that `setpoint init` writes."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.yardstick import ROOT, told

SAMPLE = "reconciler/_sample"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    result = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*.whl")
    return set(ZipFile(path).namelist())


def files(folder: str, pattern: str) -> set[str]:
    found = (path.relative_to(ROOT) for path in Path(ROOT, folder).rglob(pattern))
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.mark.parametrize("package", ["reconciler", "runners"])
def test_the_packages_are_in_it(wheel: set[str], package: str) -> None:
    missing = sorted((files(package, "*.py") | files(package, "*.proto")) - wheel)
    assert not missing, told(missing, "Something in pyproject.toml or .gitignore keeps it out of the wheel.")


@pytest.mark.parametrize("folder", ["specs", "environments", "schemas"])
def test_the_sample_is_in_it(wheel: set[str], folder: str) -> None:
    sample = {f"{SAMPLE}/{name}" for name in files(folder, "*.yaml") | files(folder, "*.json")}
    assert sample, f"{folder}/ is empty: `make schemas` writes schemas/, the rest is written by hand"
    missing = sorted(sample - wheel)
    assert not missing, told(missing, "Name its folder in tool.hatch.build.targets.wheel of pyproject.toml.")


def test_nothing_else_is_in_it(wheel: set[str]) -> None:
    stray = sorted(name for name in wheel if not name.startswith(("reconciler/", "runners/", "setpoint-")))
    assert not stray, told(stray, "Keep it out in tool.hatch.build.targets.wheel of pyproject.toml.")


def test_the_command_is_there() -> None:
    (command,) = entry_points(group="console_scripts", name="setpoint")
    assert callable(command.load())
