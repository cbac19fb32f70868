"""The action for pull requests: its file says what it takes, and its scripts are run as a runner runs them."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.checkout import SPEC, change, checkout, clean, git

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
CHECK = next(step for step in STEPS if step.get("id") == "check")
PAGE = (ROOT / "docs" / "before-the-merge.md").read_text()


def blocks(title: str) -> Any:
    """Return what the page shows under a file's name."""
    found = re.search(rf'^```yaml title="{re.escape(title)}"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    assert len(found[1].splitlines()) <= 11
    return yaml.safe_load(found[1])


@dataclass(frozen=True)
class Ran:
    """What the script left: its exit code, its log, the page that it shows, and its outputs."""

    code: int
    log: str
    summary: str
    outputs: dict[str, str]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return checkout(tmp_path)


def environ(folder: Path, clone: Path, **inputs: str) -> dict[str, str]:
    """Return the variables that a runner sets, and the real `setpoint` where the installing step puts it."""
    temporary = folder / "temporary"
    scripts = temporary / "setpoint-venv" / "bin"
    scripts.mkdir(parents=True, exist_ok=True)
    command = scripts / "setpoint"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m reconciler "$@"\n')
    command.chmod(0o755)
    given = {"environment": "", "base": "", **inputs}
    told = {"SETPOINT_CHECKED": given["environment"], "SETPOINT_BASE": given["base"]}
    places = {"GITHUB_OUTPUT": folder / "output", "GITHUB_STEP_SUMMARY": folder / "summary"}
    for place in places.values():
        place.write_text("")
    return (
        clean()
        | told
        | {"RUNNER_TEMP": str(temporary), "GITHUB_WORKSPACE": str(clone)}
        | {key: str(place) for key, place in places.items()}
    )


def run(folder: Path, clone: Path, more: dict[str, str] | None = None, **inputs: str) -> Ran:
    """Run the step that checks, by the very command of a runner, in the folder that a runner starts it in."""
    env = environ(folder, clone, **inputs) | (more or {})
    script = folder / "script.sh"
    script.write_text(CHECK["run"])
    line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    done = subprocess.run(line, cwd=clone, env=env, capture_output=True, text=True, check=False)
    told = Path(env["GITHUB_OUTPUT"]).read_text()
    return Ran(done.returncode, done.stdout + done.stderr, Path(env["GITHUB_STEP_SUMMARY"]).read_text(), outputs(told))


def outputs(text: str) -> dict[str, str]:
    """Read outputs as a runner does: `name=value`, or `name<<word`, lines, and that word."""
    found, lines = dict[str, str](), iter(text.splitlines())
    for line in lines:
        name, is_long, word = line.partition("<<")
        if is_long:
            value = []
            while (one := next(lines)) != word:
                value.append(one)
            found[name] = "\n".join(value)
        else:
            name, _, found[name] = line.partition("=")
            found[name] = line.partition("=")[2]
    return found


def test_it_is_a_composite_action_whose_inputs_and_outputs_say_what_they_are() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert {name: one.get("required", False) for name, one in ACTION["inputs"].items()} == {
        "environment": True,
        "base": False,
        "python": False,
    }
    assert all(one["description"] for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))
    for one in ACTION["outputs"].values():
        step, name = re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}", one["value"]).groups()  # type: ignore[union-attr]
        assert step == CHECK["id"]
        assert f"{name}=" in CHECK["run"] or f"{name}<<" in CHECK["run"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["name"])
def test_every_script_is_bash_that_no_input_is_written_into(step: dict[str, Any]) -> None:
    assert step["shell"] == "bash"
    assert "${{" not in step["run"], "an input is a variable: its text would be run"
    told = {name for value in step["env"].values() for name in re.findall(r"inputs\.(\w+)", value)}
    assert told <= set(ACTION["inputs"])
    assert "secrets." not in str(step)
    done = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_installed_is_locked_and_python_sees_no_module_of_the_pull_request() -> None:
    script = STEPS[0]["run"]
    locks = re.findall(r"\$GITHUB_ACTION_PATH/(requirements/\S+\.txt)", script)
    assert len(locks) == 2
    assert all((ROOT / lock).exists() for lock in locks)
    assert script.count("--require-hashes") == 2
    assert "GITHUB_WORKSPACE" not in script
    started = [line for line in script.splitlines() if "python" in line.lower() and " -m " in line]
    assert started
    assert all(" -I -m " in line for line in started)


def test_a_good_change_is_shown_on_the_summary_and_handed_on(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    told = run(tmp_path, clone, {"GITHUB_BASE_REF": "main"}, environment="prod")
    assert told.code == 0, told.log
    assert "| `experiments/employment` | `seed` | `7` | `8` |" in told.summary
    assert told.outputs["page"] == told.summary.rstrip("\n")
    assert Path(told.outputs["file"]).read_text() == told.summary
    assert "no engine was asked" in told.summary
    assert git(clone, "status", "--porcelain") == "", "the checkout is left as it was"


def test_an_environment_whose_engines_need_secrets_is_shown_without_them(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    told = run(tmp_path, clone, environment="cluster", base="origin/main")
    assert told.code == 0, told.log
    assert "`seed`" in told.summary


def test_errors_stand_beside_their_lines_and_the_page_is_there_too(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: seven")
    told = run(tmp_path, clone, {"GITHUB_BASE_REF": "main"}, environment="prod")
    assert told.code == 3
    assert f"::error file={SPEC},line=10," in told.log
    assert "❌" in told.summary


def test_a_conflict_fails(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    ours = git(clone, "rev-parse", "HEAD")
    git(clone, "checkout", "-q", "origin/main")
    change(clone, "seed: 7", "seed: 9")
    theirs = git(clone, "rev-parse", "HEAD")
    git(clone, "checkout", "-q", ours)
    told = run(tmp_path, clone, environment="prod", base=theirs)
    assert told.code == 3
    assert "conflicts with main" in told.summary


@pytest.mark.parametrize("environment", ["nowhere", "prod; touch pwned", "--help", ""])
def test_an_environment_that_is_none_is_refused_and_never_run(tmp_path: Path, clone: Path, environment: str) -> None:
    told = run(tmp_path, clone, environment=environment, base="origin/main")
    assert told.code == 3
    assert told.summary == ""
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("base", ["nowhere", "--help", "$(touch pwned)", "a b"])
def test_a_base_that_is_none_is_refused_and_never_run(tmp_path: Path, clone: Path, base: str) -> None:
    told = run(tmp_path, clone, environment="prod", base=base)
    assert told.code == 3, told.log
    assert not list(tmp_path.rglob("pwned"))


def test_without_a_pull_request_a_base_is_asked_for(tmp_path: Path, clone: Path) -> None:
    told = run(tmp_path, clone, environment="prod")
    assert told.code == 64
    assert "::error::no base" in told.log


def test_a_checkout_without_history_is_told_what_to_do(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    git(tmp_path, "clone", "-q", "--depth=1", clone.as_uri(), "shallow")
    told = run(tmp_path, tmp_path / "shallow", environment="prod", base="HEAD")
    assert told.code == 64
    assert "fetch-depth: 0" in told.log


def test_nothing_that_the_pull_request_brings_is_run(tmp_path: Path, clone: Path) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n"
    for name in ("sitecustomize", "usercustomize", "yaml", "click", "reconciler", "pip", "venv", "json"):
        (clone / f"{name}.py").write_text(trap)
    (clone / "setpoint").write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\n")
    (clone / "setpoint").chmod(0o755)
    change(clone, "seed: 7", "seed: 8")
    assert run(tmp_path, clone, environment="prod", base="origin/main").code == 0
    assert not (tmp_path / "sprung").exists()


def test_no_text_of_the_pull_request_is_a_command_or_ends_an_output(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", 'seed: 8\ndescription: "a\\n::error::forged\\npage=forged"')
    told = run(tmp_path, clone, environment="prod", base="origin/main")
    stop = re.search(r"^::stop-commands::([0-9a-f]{32})$", told.log, re.MULTILINE)
    assert stop
    before, _, after = told.log.partition(stop[0])
    page, _, rest = after.partition(f"\n::{stop[1]}::\n")
    assert "employment" in page
    assert "forged" not in before + rest
    assert set(told.outputs) == {"page", "file"}


def test_the_page_shows_it_with_inputs_that_it_has() -> None:
    (job,) = blocks(".github/workflows/specs.yaml")["jobs"].values()
    checked_out, used = job["steps"]
    assert checked_out["with"]["fetch-depth"] == 0
    assert set(used["with"]) <= set(ACTION["inputs"])
    assert {name for name, one in ACTION["inputs"].items() if one.get("required")} <= set(used["with"])
    assert all(f"| `{name}` |" in PAGE for name in ACTION["inputs"])


def test_a_summary_that_a_forge_does_not_have_is_left_out(tmp_path: Path, clone: Path) -> None:
    change(clone, "seed: 7", "seed: 8")
    env = environ(tmp_path, clone, environment="prod", base="origin/main")
    del env["GITHUB_STEP_SUMMARY"]
    done = subprocess.run(["bash", "-e", "-c", CHECK["run"]], cwd=clone, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
