"""A repository as a runner or a person has it: a clone with a branch whose pull request is not merged yet."""

import os
import subprocess
from pathlib import Path

from reconciler.cli.init import write_sample
from reconciler.git.init import begin

SPEC = "specs/experiments/employment.yaml"


def git(folder: Path, *arguments: str) -> str:
    line = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(line, check=True, capture_output=True, text=True, env=clean()).stdout.strip()


def clean() -> dict[str, str]:
    """Return the environment without what would lead Setpoint or Git elsewhere."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_", "SETPOINT_"))}


def checkout(folder: Path) -> Path:
    """Clone a repository that holds the sample; its HEAD is a commit of its own, on no branch, as runners have it."""
    origin = folder / "origin"
    origin.mkdir(parents=True)
    git(origin, "init", "-q", "-b", "main")
    begin(origin, "Begin", write_sample(origin))
    clone = folder / "clone"
    git(folder, "clone", "-q", str(origin), str(clone))
    git(clone, "checkout", "-q", "--detach")
    git(clone, "branch", "-q", "-D", "main")
    return clone


def change(clone: Path, old: str, new: str) -> None:
    """Commit a change of a spec."""
    spec = clone / SPEC
    text = spec.read_text()
    assert old in text
    spec.write_text(text.replace(old, new))
    git(clone, "commit", "-qam", "Change a spec")
