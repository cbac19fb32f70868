"""What a person commits from here: under the name that their own Git gives them, and signed as that is set up."""

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.git.process import call
from reconciler.model.errors import Refused

_SIGNING = (
    "user.signingKey",
    "gpg.format",
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
)
_HINT = "see git-config(1): user.name and user.email"


def person(folder: Path) -> tuple[str, str]:
    """Return the name and the mail address of who works in a folder, as their Git has them.

    Raises:
        Refused: it has none.
    """
    name, mail = (_setting(folder, key) for key in ("user.name", "user.email"))
    if not name or not mail:
        raise Refused("Git doesn't know who you are", _HINT)
    return name, mail


def commit_signed(git_dir: Path, tree: str, parent: str, message: str, folder: Path) -> str:
    """Commit a tree on top of a commit, signed as Git is set up in a folder; return the commit.

    Args:
        git_dir: where the commit is written.
        tree: the tree.
        parent: what it is on top of.
        message: what it says.
        folder: where the person works, whose settings are theirs.

    Raises:
        Refused: Git doesn't know who that is, or can't sign.
    """
    name, mail = person(folder)
    known = ((key, _setting(folder, key)) for key in _SIGNING)
    settings = [part for key, value in known if value for part in ("-c", f"{key}={value}")]
    line = (*settings, "commit-tree", "-S", tree, "-p", parent, "-F", "-")
    done = call(git_dir, *line, stdin=message.encode(), given=_as(name, mail))
    if done.code:
        hint = "set gpg.format and user.signingKey (git-config(1)), or give an SSH key by --signing-key"
        raise Refused(f"Git can't sign the commit: {done.complaint}", hint)
    return done.text.strip()


def _as(name: str, mail: str) -> Mapping[str, str]:
    """Return the environment of a person at a terminal, who may be asked for a passphrase by their agent."""
    told = {
        f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", name), ("EMAIL", mail))
    }
    return {**told, **{key: os.environ[key] for key in ("GPG_TTY",) if key in os.environ}}


def _setting(folder: Path, key: str) -> str:
    return call(folder, "config", "--get", key, in_work_tree=True).text.strip()
