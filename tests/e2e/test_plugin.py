"""The example plugin, installed beside us: its mistakes are told, the daemon uses it, and it passes the suites."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "tests/example_plugin"
EXPERIMENT = "specs/experiments/loans.yaml"
FILES: Mapping[str, str] = {
    "environments/dev/environment.yaml": "forge: {provider: pages, lines: 50}\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 1, memory: 4Gi}\n",
    "specs/datasets/loans.yaml": """\
source: {files: {url: "rows.csv", format: csv}}
target: paid
columns:
  income: {type: integer}
  town: {type: string}
  paid: {type: integer}
""",
    EXPERIMENT: """\
dataset: datasets/loans
target: paid
runner: extra-trees
params: {trees: "choice(10, 20)"}
metric: {name: roc_auc}
""",
    "specs/deployments/loans.yaml": "description: what is promoted\n",
    "specs/promotions/loans.yaml": """\
experiment: experiments/loans
deployment: deployments/loans
gates: [{metric: roc_auc, minimum: 0.6}]
approval: review
""",
}


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Install the plugin to a folder; return the environment variables of an interpreter that has it."""
    folder = tmp_path_factory.mktemp("plugin")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=PLUGIN, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    ZipFile(wheel).extractall(folder / "site")
    return {**os.environ, "PYTHONPATH": str(folder / "site")}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Write the repository, and the rows that it reads."""
    for path, text in FILES.items():
        file = tmp_path / "repository" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("rows.csv", str(tmp_path / "rows.csv")))
    with (tmp_path / "rows.csv").open("w", newline="") as rows:
        table = csv.writer(rows)
        table.writerow(("income", "town", "paid"))
        table.writerows((i * 7 % 240, "abc"[i % 3], int(i * 7 % 240 > 120)) for i in range(240))
    return tmp_path


def setpoint(place: Path, environ: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "reconciler", *words]
    return subprocess.run(
        line, cwd=place / "repository", env=environ, capture_output=True, text=True, check=False, timeout=280
    )


def test_its_wrong_option_and_its_wrong_param_are_told_with_line_and_column(
    place: Path, environ: dict[str, str]
) -> None:
    assert setpoint(place, environ, "validate").returncode == 0
    (place / "repository/environments/dev/environment.yaml").write_text("forge: {provider: pages, linse: 50}\n")
    text = FILES[EXPERIMENT].replace("trees: ", "max_features: 2, trees: ")
    (place / "repository" / EXPERIMENT).write_text(text)
    told = setpoint(place, environ, "validate").stdout
    assert "environments/dev/environment.yaml:1:26: forge.linse: unknown field `linse` (did you mean `lines`?)" in told
    assert f"{EXPERIMENT}:4:24: params.max_features: must be at most 1, and is 2" in told


def test_without_the_package_its_names_are_unknown(place: Path) -> None:
    told = setpoint(place, os.environ, "validate").stdout
    assert "forge.provider: there is no forge provider `pages`" in told
    assert "runner: there is no runner `extra-trees` that trains" in told


def test_a_real_pass_uses_both(place: Path, environ: dict[str, str]) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run([*git, *words], cwd=place / "repository", check=True)
    done = setpoint(place, environ, "apply", "--home", str(place / "home"), "--timeout", "4m")
    assert done.returncode == 0, done.stdout + done.stderr
    (page,) = (place / "home/forge/dev").glob("promotions-loans-*.md")
    assert "experiments/loans/" in page.read_text()
    refs = subprocess.run(
        [*git, "branch", "--list"], cwd=place / "repository", capture_output=True, text=True, check=True
    )
    assert "proposals/dev/promotions/loans/" in refs.stdout


@pytest.mark.turns("documentation that is played", "the example of a plugin")
def test_the_suites_pass_by_the_documented_command(tmp_path: Path, environ: dict[str, str]) -> None:
    text = (PLUGIN / "README.md").read_text()
    found = re.search(r"^pytest (?:.*\\\n)*.*", text, re.MULTILINE)
    assert found
    words = found[0].replace("\\\n", "").split()[1:]
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(line, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"\d+ passed", done.stdout)
    assert "skipped" not in done.stdout
