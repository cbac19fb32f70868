"""People who work on a repository with plain git, as the tests' other side."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from reconciler.git.process import environment

ADA = {
    f"GIT_{who}_{what}": text
    for who in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


def git(folder: Path, *arguments: str, stdin: str | None = None) -> str:
    """Run git as Ada does, and return what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    line = ["git", "-c", "core.hooksPath=/dev/null", *arguments]
    told = subprocess.run(
        line, cwd=folder, env=environment() | ADA, input=stdin, check=True, capture_output=True, text=True
    )
    return told.stdout.strip()


def bare(folder: Path) -> Path:
    """Make an empty bare repository with the branch `main`."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare", "-b", "main")
    return folder


class Clone:
    """A person's work tree."""

    def __init__(self, folder: Path, origin: Path | str | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "-b", "main")
        if origin:
            git(folder, "remote", "add", "origin", str(origin))

    def git(self, *arguments: str) -> str:
        """Run git in the work tree."""
        return git(self.folder, *arguments)

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files, or delete those that are None."""
        for path, text in files.items():
            file = self.folder / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")

    def commit(self, files: Mapping[str, str | None], message: str = "Change") -> str:
        """Write files and commit them; return the commit."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *arguments: str) -> None:
        """Push the branch to where it came from."""
        self.git("push", "--quiet", "origin", *(arguments or ("HEAD",)))
