"""Every kind, field, verb, setting, exit code and metric is in the reference, with a text of its own."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from reconciler.cli import VERBS
from reconciler.cli.exits import Exit
from reconciler.model.facts import shapes
from reconciler.model.kinds import KINDS
from reconciler.model.reason import Reason

ROOT = Path(__file__).parents[2]
_HANDED_ON = {f"SETPOINT_{name}" for name in ("SECRET", "COMPLETE", "ORDER", "REQUEST", "LABELS", "SERVE", "SEALED")}
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


def section(page: str, title: str) -> str:
    """Return what a page says under a heading of the second level, without the parts below it."""
    _, _, rest = f"\n{page}".partition(f"\n## {title}\n")
    return re.split(r"\n###? ", rest)[0]


def rows(text: str) -> dict[str, str]:
    """Return the last cell of each row of a table by its first."""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if " | " in line]
    return {first.strip("`"): last for first, *_, last in cells}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_field_is_there_with_a_text_of_its_own(kind: str, pages: dict[str, str]) -> None:
    told = rows(section(pages["reference/kinds.md"], kind))
    assert set(KINDS[kind].model_fields) <= set(told)
    assert [field for field in KINDS[kind].model_fields if not told[field].strip("` ")] == []


def commands() -> dict[str, click.Command]:
    """Return every command that a file of the room defines, whether the list of verbs knows it or not."""
    code = {path: path.read_text() for path in (ROOT / "reconciler" / "cli").rglob("*.py")}
    named = {
        name: path for path, text in code.items() for name in re.findall(r'^@click\.command\("([\w-]+)"', text, re.M)
    }
    modules = {name: path.relative_to(ROOT).with_suffix("").parts for name, path in named.items()}
    return {
        name: importlib.import_module(".".join(parts).removesuffix(".__init__")).command
        for name, parts in modules.items()
    }


def test_every_verb_that_the_code_has_is_there(pages: dict[str, str]) -> None:
    told = re.findall(r"^## setpoint (\S+)$", pages["reference/cli.md"], re.MULTILINE)
    assert told == list(VERBS)
    assert sorted(VERBS) == sorted(commands())


def test_what_is_committed_is_what_the_code_says(reference: ModuleType, tmp_path: Path) -> None:
    reference.write(tmp_path)
    fresh = {path.name: path.read_text() for path in (tmp_path / "reference").iterdir()}
    committed = {path.name: path.read_text() for path in (ROOT / "docs" / "reference").iterdir()}
    stale = sorted(name for name in fresh.keys() | committed.keys() if fresh.get(name) != committed.get(name))
    assert not stale, f"run `make reference`: {stale} of docs/reference/ say something else than the code"


def test_every_verb_and_option_has_a_text_of_its_own() -> None:
    for name, command in commands().items():
        assert command.help, f"{name} says nothing of itself"
        silent = [one.opts for one in command.params if isinstance(one, click.Option) and not one.help]
        assert not silent, f"{name}: these options say nothing of themselves"


def test_every_exit_code_is_there_with_a_text_of_its_own(pages: dict[str, str]) -> None:
    told = {
        line.split(" | ")[1].strip("` "): line for line in pages["reference/exit-codes.md"].splitlines() if "`" in line
    }
    assert set(told) == {code.name for code in Exit}
    texts = [line.rsplit(" | ", 1)[-1].strip("| ") for line in told.values()]
    assert len(set(texts)) == len(texts) == sum(map(bool, texts))


def test_every_setting_that_the_code_reads_is_there(pages: dict[str, str]) -> None:
    told = pages["reference/settings.md"]
    code = "\n".join(p.read_text() for p in (ROOT / "reconciler").rglob("*.py"))
    for name in set(re.findall(r"SETPOINT_[A-Z]+\b", code)) - _HANDED_ON:
        assert name in told, f"{name} is read and not in docs/reference_pages.py"


def loads_nothing_from_elsewhere(site: Path) -> None:
    """See that a page of the site needs no other host; Material asks one for Mermaid where a page draws by it."""
    loaded = re.compile(
        r'<(?:script|img|iframe)[^>]+src="?https?://|<link[^>]+rel="?stylesheet"?[^>]+href="?https?://|class="?mermaid'
    )
    assert [path.name for path in site.rglob("*.html") if loaded.search(path.read_text())] == []


def every_page_is_searched(site: Path) -> None:
    """See that the search knows each page."""
    known = {
        one["location"].partition("#")[0] for one in json.loads((site / "search/search_index.json").read_text())["docs"]
    }
    shown = {path.parent.relative_to(site).as_posix() + "/" for path in site.rglob("index.html")} - {"./"}
    assert shown - known == set()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_documentation_builds_strictly(tmp_path: Path) -> None:
    line = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "reference" / "kinds" / "index.html").exists()
    loads_nothing_from_elsewhere(tmp_path)
    every_page_is_searched(tmp_path)
    page = re.sub(r"<[^>]+>", "", (tmp_path / "reference" / "cli" / "index.html").read_text())
    for name, command in commands().items():
        missing = [one for param in command.params for one in param.opts if one.startswith("--") and one not in page]
        assert f"setpoint {name}" in page
        assert not missing, f"the page leaves out what {name} takes"


def test_every_reason_is_told_with_its_meaning(pages: dict[str, str]) -> None:
    told = pages["reference/reasons.md"]
    assert all(f"| `{reason}` | " in told for reason in Reason)


def test_every_reason_is_given_somewhere() -> None:
    """One that nothing gives is struck: people would write alerts for it."""
    given = "".join(path.read_text() for path in (ROOT / "reconciler").rglob("*.py") if path.name != "reason.py")
    assert not [reason for reason in Reason if f"Reason.{reason.name}" not in given]


def test_every_fact_of_every_kind_is_there(pages: dict[str, str]) -> None:
    for kind in KINDS:
        told = pages["reference/status.md"].split(f"## {kind}\n")[1].split("\n## ")[0]
        assert all(f"| `{fact}` | " in told for fact in shapes(kind))
