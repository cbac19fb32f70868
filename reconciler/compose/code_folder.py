"""The folder of the user's own code that an experiment names, and the script in it, as the commit has them."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.library import Desk
from reconciler.compose.nearest import did_you_mean
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

FIELD: Path = ("runner", "code")
_INTERPRETER = re.compile(r"(python|pypy)[0-9.]*|bash|sh|dash|zsh|Rscript|julia|node|perl|ruby")
_SCRIPT = re.compile(r"[\w./+-]+\.(py|sh|R|r|jl|js|mjs|pl|rb)")
"""A script by its name; anything else that follows an interpreter may be something of its own."""
_ALONE = frozenset({"-u", "-B", "-O", "-OO", "-E", "-I", "-s", "-S", "-x", "-v", "--vanilla"})
"""Options of interpreters that take no word."""


def tree_of(desk: Desk, folder: str) -> str:
    """Return the id of a folder's tree.

    Raises:
        Flawed: there is no such folder in the commit, or it holds what can't be handed to a job.
    """
    parts = folder.split("/")
    if any(part in ("", ".", "..") for part in parts):
        hint = "write its path from the root, without ./ and ../ and without a slash at the end"
        raise Flawed(Flaw(FIELD, f"`{printable(folder)}` is no folder of this repository", hint))
    found = desk.tree_id(folder)
    if found is None:
        depth = len(parts)
        folders = {"/".join(file.split("/")[:depth]) for file in desk.inside("") if file.count("/") >= depth}
        message = f"there is no folder `{printable(folder)}` in this commit, which `code` names"
        raise Flawed(Flaw(FIELD, message, did_you_mean(folder, folders)))
    if wrong := desk.library.unfit(folder):
        what, hint = wrong
        raise Flawed(Flaw(FIELD, f"the code in {printable(folder)}/ can't be handed to a job: {what}", hint))
    return found


def missing_script(desk: Desk, command: Sequence[str], folder: str | None) -> Flaw | None:
    """Return what is wrong with a command whose program, or whose script, is a file that its work directory lacks.

    The work directory is a copy of `code`; without it, it is empty. What is found by the job's PATH isn't looked at.
    """
    place = _script(command)
    if place is None:
        return None
    name = PurePosixPath(command[place]).as_posix()
    inside = desk.inside(folder) if folder else frozenset[str]()
    if name in inside or any(path.startswith(f"{name}/") for path in inside):
        return None
    path = ("runner", "command", place)
    if not folder:
        what = f"`{printable(name)}` is a file of the work directory, which is empty without `code`"
        return Flaw(path, what, "say code: FOLDER, the folder of this repository that holds it")
    return Flaw(path, f"there is no file `{printable(name)}` in {printable(folder)}/", did_you_mean(name, inside))


def _script(command: Sequence[str]) -> int | None:
    """Return the place of the program or script that lies in the work directory; None where it is found elsewhere."""
    program = PurePosixPath(command[0])
    if (not program.is_absolute() and len(program.parts) > 1) or command[0].startswith("./"):
        return None if ".." in program.parts else 0
    if not _INTERPRETER.fullmatch(program.name):
        return None
    for place, word in enumerate(command[1:], 1):
        if not word.startswith("-"):
            is_file = _SCRIPT.fullmatch(word) and ".." not in PurePosixPath(word).parts
            return place if is_file and not PurePosixPath(word).is_absolute() else None
        if word not in _ALONE:  # what may take another word, or run something else
            return None
    return None
