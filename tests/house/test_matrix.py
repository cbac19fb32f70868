"""The matrix of versions: what is installed, and that the versions are those that the project says."""

import tomllib
from pathlib import Path

from tests.house.yardstick import ROOT
from tests.matrix import LOCK, PLACE, VERSIONS, commands, without_torch


def test_torch_and_what_it_needs_is_left_out_and_nothing_else() -> None:
    before = {line.split("==")[0] for line in LOCK.read_text().splitlines() if "==" in line and line[0].isalnum()}
    after = {
        line.split("==")[0]
        for line in without_torch(LOCK.read_text()).splitlines()
        if "==" in line and line[0].isalnum()
    }
    gone = before - after
    assert {"torch", "triton"} <= gone
    assert {name for name in gone if not name.startswith("nvidia-")} == {"torch", "triton"}
    assert "tritonclient" in after


def test_the_versions_are_those_that_the_project_takes() -> None:
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={VERSIONS[0]}"
    assert f"to {VERSIONS[-1]}" in Path(ROOT, "requirements/find-python").read_text()


def test_each_version_has_an_environment_of_its_own() -> None:
    lines = list(commands(Path("uv"), "python3.12", PLACE / "none", PLACE / "test.txt"))
    assert [str(line[0]) for line in lines] == ["uv", "uv", "uv", str(PLACE / "none/bin/python")]
    assert all(str(PLACE / "none") in " ".join(map(str, line)) for line in lines)
