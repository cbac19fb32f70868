"""The layers of pyproject.toml are kept, and each contract can break."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.yardstick import ROOT

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
ROOMS = (
    "cli",
    "compose",
    "controllers",
    "lease",
    "loop",
    "model",
    "plan",
    "ports",
    "providers",
    "status",
    "watched",
    "wiring",
    "yaml",
)
PROVIDERS = ("data/git", "data/lakefs", "pools/local", "memory")


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", root / "pyproject.toml"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_layers_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build an empty house under the same contracts."""
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    modules = [f"reconciler/{room}" for room in ROOMS] + [f"reconciler/providers/{name}" for name in PROVIDERS]
    for module in [*modules, "runners/contract", "runners/tables", "runners/train"]:
        room = tmp_path / module
        room.mkdir(parents=True, exist_ok=True)
        for package in [room, *room.relative_to(tmp_path).parents][:-1]:
            (tmp_path / package / "__init__.py").touch()
    return tmp_path


def test_an_empty_house_keeps_them(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_daemon_may_import_what_it_says_to_jobs(house: Path) -> None:
    (house / "reconciler/loop/apply.py").write_text("import runners.contract\n")
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("reconciler/model/ids.py", "import reconciler.ports", "The rooms, from the street"),
        ("reconciler/plan/diff.py", "import reconciler.compose", "The rooms, from the street"),
        ("reconciler/loop/cycle.py", "import reconciler.wiring", "The rooms, from the street"),
        ("reconciler/attic.py", "", "The rooms, from the street"),
        ("reconciler/providers/pools/local/slots.py", "import reconciler.providers.data", "The rooms of providers"),
        ("reconciler/providers/data/git/tree.py", "import reconciler.providers.data.lakefs", "Nor does any provider"),
        ("runners/train/digest.py", "import reconciler.model", "A runner has never heard"),
        ("runners/tables/rows.py", "import runners.train.digest", "The floors of the runners"),
        ("runners/attic.py", "", "The floors of the runners"),
        ("reconciler/loop/apply.py", "import runners.train", "The daemon never does the work"),
        ("runners/contract/run.py", "import reconciler.model", "What daemon and jobs say"),
        ("reconciler/providers/memory/jobs.py", "import pandas", "The daemon never does the work"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(house: Path, module: str, line: str, contract: str) -> None:
    (house / module).write_text(f"{line}\n")
    result = lint_imports(house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert contract in result.stdout.split("Broken contracts")[1]


def test_a_circle_of_neighbours_breaks_its_contract(house: Path) -> None:
    (house / "runners/train/network.py").write_text("import runners.train.images\n")
    (house / "runners/train/images.py").write_text("import runners.train.network\n")
    result = lint_imports(house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "No two neighbours know each other" in result.stdout.split("Broken contracts")[1]
