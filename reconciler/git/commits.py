"""Commits and their messages: made by one fixed author, read back as values."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AUTHOR = "Setpoint <setpoint@localhost>"
"""Who makes all commits of this program; people are told by who merges them."""
_SIGNS = re.compile(r"[\x00-\x1f]")
_TRAILER = re.compile(r"[A-Za-z][A-Za-z0-9-]*: \S.*")


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit object says. `when` is seconds since 1970, `author` is `name <address>`."""

    tree: str
    parents: tuple[str, ...]
    author: str
    when: int
    message: str

    @property
    def title(self) -> str:
        """Return the message's first line."""
        return self.message.partition("\n")[0]


def format_commit(
    tree: str,
    parents: Sequence[str],
    message: str,
    when: int | None = None,
    author: str = AUTHOR,
    *,
    committer: str = "",
) -> bytes:
    """Write a commit object, by Setpoint's own author unless another is given.

    Args:
        tree: the tree's id.
        parents: the parents' ids.
        message: what it says.
        when: seconds since 1970; now, if it isn't given.
        author: whose it is, `name <address>`.
        committer: who made it for them; by default, they themselves.
    """
    moment = f"{int(time.time()) if when is None else when} +0000"
    who, by = (f"{re.sub(_SIGNS, ' ', one)} {moment}" for one in (author, committer or author))
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {by}"]
    text = "\n".join([*lines, "", message.replace("\0", "").strip("\n") + "\n"])
    return text.encode("utf-8", "replace")


def parse_commit(content: bytes) -> Commit:
    """Read a commit object; headers that aren't needed, such as signatures, are passed over."""
    head, _, message = content.decode("utf-8", "replace").partition("\n\n")
    tree, author, when = "", "", 0
    parents: list[str] = []
    for line in head.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "tree":
            tree = rest
        elif word == "parent":
            parents.append(rest)
        elif word == "author":
            author, _, zoned = rest.rpartition("> ")
            author, when = f"{author}>", int(zoned.split(" ")[0])
    return Commit(tree, tuple(parents), author, when, message)


def with_trailers(message: str, trailers: Mapping[str, str]) -> str:
    """Add trailers to a message (git-interpret-trailers(1)), to its last paragraph where that holds trailers already.

    Keys become `Like-This`; values are folded to one line, so that none can pass for another trailer.
    """
    lines = [f"{_key(key)}: {value}" for key, value in ((k, " ".join(v.split())) for k, v in trailers.items()) if value]
    body = message.strip()
    if not lines:
        return body
    last = body.rpartition("\n\n")[2].split("\n") if "\n\n" in body else []
    glue = "\n" if last and all(_TRAILER.fullmatch(line) for line in last) else "\n\n"
    return body + glue + "\n".join(lines)


def trailers(message: str) -> dict[str, str]:
    """Read the trailers of a message: its last paragraph, if every line of it is one."""
    lines = message.strip().rpartition("\n\n")[2].split("\n") if "\n\n" in message.strip() else []
    if not all(_TRAILER.fullmatch(line) for line in lines):
        return {}
    return dict(line.split(": ", 1) for line in lines)


def _key(text: str) -> str:
    key = "-".join(re.findall(r"[A-Za-z0-9]+", text)) or "note"
    return key[0].upper() + key[1:] if key[0].isalpha() else f"Key-{key}"
