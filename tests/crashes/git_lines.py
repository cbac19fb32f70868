"""Command lines of Git, as `reconciler.git.process` writes them: which of them write, and what they are called."""

READING = frozenset(
    {"cat-file", "diff", "for-each-ref", "ls-tree", "merge-base", "rev-list", "rev-parse", "symbolic-ref", "worktree"}
)


def verb_of(line: list[str]) -> str:
    """Return the verb of a command line that `process.command` has written."""
    rest = iter(line[1:])
    for word in rest:
        if word in ("-c", "-C"):
            next(rest)
        elif not word.startswith("-"):
            return word
    raise AssertionError(f"no verb in {line}")


def named(verb: str, fed: bytes) -> str:
    """Name a write by its verb and the ref that it moves."""
    words = fed.split(b"\n") if verb == "update-ref" else []
    moves = [line.split()[1].decode() for line in words if line.startswith((b"update", b"delete"))]
    return " ".join(["git", verb, *moves[:1]])
