"""Every kind, field, verb, setting, exit code and metric is in the reference, with a text of its own."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from reconciler.cli import VERBS
from reconciler.cli.exits import Exit
from reconciler.model.kinds import KINDS

ROOT = Path(__file__).parents[2]
_HANDED_ON = {f"SETPOINT_{name}" for name in ("SECRET", "COMPLETE", "ORDER", "REQUEST", "SERVE", "SEALED")}
"""Variables that are no settings: secrets, the shell's, and what processes of ours are started with."""


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference_pages", ROOT / "docs" / "reference_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(reference: ModuleType) -> dict[str, str]:
    return dict(reference.pages())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_field_is_there(kind: str, pages: dict[str, str]) -> None:
    page = pages["reference/kinds.md"]
    assert f"## {kind}" in page
    for field in KINDS[kind].model_fields:
        assert f"`{field}`" in page


def test_every_verb_is_there(pages: dict[str, str]) -> None:
    for verb in VERBS:
        assert f"reconciler.cli.{verb}\n" in pages["reference/cli.md"]


def test_every_exit_code_is_there(pages: dict[str, str]) -> None:
    for code in Exit:
        assert f"`{code.name}`" in pages["reference/exit-codes.md"]


def test_every_setting_that_the_code_reads_is_there(pages: dict[str, str]) -> None:
    told = pages["reference/settings.md"]
    code = "\n".join(p.read_text() for p in (ROOT / "reconciler").rglob("*.py"))
    for name in set(re.findall(r"SETPOINT_[A-Z]+\b", code)) - _HANDED_ON:
        assert name in told, f"{name} is read and not in docs/reference_pages.py"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_documentation_builds_strictly(tmp_path: Path) -> None:
    line = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "reference" / "kinds" / "index.html").exists()
