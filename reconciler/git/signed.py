"""Commits with their signatures: what was signed, and the signature over it, as they stand in the object."""

from collections.abc import Iterable
from datetime import UTC, datetime

from reconciler.git.objects import ObjectStore, object_id
from reconciler.model.commit_policy import SignedCommit
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import CommitId

_HEADERS = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
"""The header of a signature by the hash that the repository's ids are made by (gitformat-signature(5))."""
LARGEST = 2**20
"""Bytes of the largest commit, which is a message and some headers."""
_LATEST = 253402300799
"""The last second of the year 9999, in seconds since 1970."""


def read_signed(store: ObjectStore, commit: str) -> SignedCommit:
    """Read a commit as it was signed. Its content is held against its id: nothing can stand in its place.

    Raises:
        Refused: it is larger than what is looked at.
        Unavailable: there is no such commit, or what is stored under its id is something else.
    """
    found = store.find(commit)
    if found is None:
        raise Unavailable(f"commit {commit} isn't in {store.git_dir}", "`git fsck` there tells what is missing")
    if found.size > LARGEST:
        raise Refused(f"commit {commit[:12]} is larger than {LARGEST // 2**20} MiB", "a message is no place for data")
    content = store.read(commit)
    if object_id("commit", content, store.algorithm) != commit:
        raise Unavailable(f"what {store.git_dir} holds as commit {commit} is something else", "see `git fsck` there")
    return parse_signed(commit, content, store.algorithm)


def parse_signed(commit: str, content: bytes, algorithm: str = "sha1") -> SignedCommit:
    """Part a commit object into what was signed and its signature."""
    head, _, _ = content.partition(b"\n\n")
    kept, found = _parted(head.split(b"\n"))
    own = _HEADERS[algorithm]
    signature, flaw = b"", ""
    if [name for name, _ in found] == [own]:
        signature = found[0][1].strip(b"\n") + b"\n"
    elif found:
        flaw = "carries several signatures" if len(found) > 1 else "is signed for another kind of repository"
    return SignedCommit(
        CommitId(commit),
        tuple(CommitId(line[7:].decode("ascii", "replace")) for line in kept if line.startswith(b"parent ")),
        _when(kept),
        b"\n".join(kept) + content[len(head) :],
        signature,
        flaw,
    )


def named_in(commit: SignedCommit) -> frozenset[str]:
    """Return the mail addresses that a commit names as its author's and its committer's."""
    headers = commit.payload.partition(b"\n\n")[0].split(b"\n")
    lines = [line for line in headers if line.startswith((b"author ", b"committer "))]
    mails = (line.rpartition(b"<")[2].partition(b">")[0] for line in lines)
    return frozenset(mail.decode("utf-8", "replace") for mail in mails if mail)


def _when(headers: Iterable[bytes]) -> datetime:
    """Return the committer's date; the beginning of time where there is none."""
    line = next((line for line in headers if line.startswith(b"committer ")), b"")
    told = line.rpartition(b"> ")[2].partition(b" ")[0]
    seconds = int(told) if told.isdigit() and len(told) < 20 else 0
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def with_signature(content: bytes, signature: bytes, algorithm: str = "sha1") -> bytes:
    """Return a commit object with a signature over it, as its last header."""
    head, gap, message = content.partition(b"\n\n")
    lines = signature.strip(b"\n").split(b"\n")
    return head + b"\n" + _HEADERS[algorithm] + b" " + b"\n ".join(lines) + gap + message


def _parted(lines: Iterable[bytes]) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """Part headers into those that were signed and the signatures; a line that begins with a space goes on."""
    kept: list[bytes] = []
    found: list[tuple[bytes, bytes]] = []
    is_signature = False
    for line in lines:
        name, _, rest = line.partition(b" ")
        if name:
            is_signature = name in _HEADERS.values()
        if not is_signature:
            kept.append(line)
        elif name:
            found.append((name, rest))
        else:
            found[-1] = (found[-1][0], found[-1][1] + b"\n" + rest)
    return kept, found
