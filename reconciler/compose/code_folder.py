"""The folder of the user's own code that an experiment names, as the commit has it."""

from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.library import Desk
from reconciler.compose.nearest import did_you_mean
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

FIELD: Path = ("runner", "code")


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
        folders = {"/".join(file.split("/")[:depth]) for file in desk.library.files if file.count("/") >= depth}
        message = f"there is no folder `{printable(folder)}` in this commit"
        raise Flawed(Flaw(FIELD, message, did_you_mean(folder, folders)))
    if wrong := desk.library.unfit(folder):
        what, hint = wrong
        raise Flawed(Flaw(FIELD, f"the code in {printable(folder)}/ can't be handed to a job: {what}", hint))
    return found
