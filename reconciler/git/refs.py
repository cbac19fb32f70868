"""Refs of a repository on this machine: listed, and moved by compare-and-swap."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.git.process import PATIENCE, Output, call, checked, failure
from reconciler.git.stale_locks import clear_stale, held
from reconciler.model.errors import Raced, Unavailable

_PATIENCE_FOR_LOCKS = 3


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """A ref's movement. `old` None: it must not be there yet; `new` None: it is removed; equal: it must not move."""

    ref: str
    new: str | None
    old: str | None

    def line(self, width: int) -> str:
        """Write the movement as `git update-ref --stdin` reads it; ids have `width` digits."""
        old = self.old or "0" * width
        if self.new == self.old:
            return f"verify {self.ref} {old}\n"
        return f"delete {self.ref} {old}\n" if self.new is None else f"update {self.ref} {self.new} {old}\n"


def list_refs(git_dir: Path, *patterns: str) -> dict[str, str]:
    """Return the object id of every ref that a pattern names: whole, as a folder above it, or by `*`.

    Git passes over a ref whose file a power cut has emptied, with a warning: that one isn't gone, and a list without it
    isn't whole.

    Raises:
        Unavailable: the repository can't be read, or one of these refs is damaged.
    """
    output = checked(git_dir, "for-each-ref", "--format=%(objectname) %(refname)", *patterns)
    if any(line.startswith(("warning:", "error:")) for line in output.stderr.splitlines()):
        hint = "have that ref point to a commit again, `git update-ref <ref> <commit>`, or delete its file there"
        raise Unavailable(f"the refs of {git_dir} can't all be read: {output.complaint}", hint)
    lines = (line.partition(" ") for line in output.text.splitlines())
    return {ref: name for name, _, ref in lines}


def transaction(updates: Sequence[RefUpdate]) -> bytes:
    """Write movements as `git update-ref --stdin` reads them.

    They end by saying so: Git would take the half that it has heard of a writer that was killed for all there is.
    """
    width = max(len(name) for update in updates for name in (update.new or "", update.old or "", "0" * 40))
    return "".join(["start\n", *(update.line(width) for update in updates), "commit\n"]).encode()


def swap(git_dir: Path, updates: Sequence[RefUpdate], patience: float = PATIENCE) -> None:
    """Move refs together, each only if it is where `old` says.

    What became of it is told by reading the refs, whatever the command says: a lost race is one if a ref has moved.

    Raises:
        Raced: a ref isn't where it was expected; none was moved by this call.
        Unavailable: the repository can't be written, or a ref is locked.
    """
    refs = [update.ref for update in updates]
    clear_stale(git_dir, refs)
    for attempt in range(_PATIENCE_FOR_LOCKS):
        output = call(git_dir, "update-ref", "--stdin", stdin=transaction(updates), patience=patience)
        if not output.code:
            return
        now = list_refs(git_dir, *refs)
        if all(now.get(update.ref) == update.new for update in updates):
            return
        moved = [update.ref for update in updates if now.get(update.ref) != update.old]
        if moved:
            raise raced(moved[0])
        if attempt == _PATIENCE_FOR_LOCKS - 1:
            raise _failure(git_dir, refs, output)


def _failure(git_dir: Path, refs: Sequence[str], output: Output) -> Unavailable:
    lock = held(git_dir, refs)
    if lock is None:
        return failure(git_dir, "update-ref", output)
    hint = f"if the git command that made {lock} was killed, it is taken away after a minute; or delete it now"
    return Unavailable(f"another git command locks a ref of {git_dir}", hint)


def raced(ref: str) -> Raced:
    """Return the error of a lost race."""
    return Raced(f"{ref} has moved since it was read", "it is read again and retried")
