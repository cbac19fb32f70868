"""Lines of CODEOWNERS: split at spaces, as each of the forges does that takes patterns."""

from collections.abc import Callable, Iterable, Iterator

from reconciler.model.text import printable
from reconciler.owners.rules import LONGEST, MOST_OWNERS, MOST_RULES, Finding, Owner


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers; no comments."""
    for number, line in enumerate(text.split("\n"), 1):
        told = line.strip()
        if told and not told.startswith("#"):
            yield number, told


def words(line: str) -> list[str]:
    r"""Split a line at spaces that no `\` stands before; what comes after a `#` with a space before it is a comment."""
    found, word, is_escaped = list[str](), "", False
    for letter in line:
        if letter.isspace() and not is_escaped:
            if word:
                found.append(word)
            word = ""
            continue
        if letter == "#" and found and not word and not is_escaped:
            return found
        if is_escaped and not (letter.isspace() or letter == "#"):
            word += "\\"
        is_escaped = letter == "\\" and not is_escaped
        word += "" if is_escaped else letter
    return [*found, word + "\\" * is_escaped] if word or is_escaped else found


def owners_of(named: Iterable[str], read: Callable[[str], Owner]) -> tuple[Owner, ...]:
    """Read the owners of a rule.

    Raises:
        ValueError: there are more than a rule may have.
    """
    told = list(named)
    if len(told) > MOST_OWNERS:
        raise ValueError(f"it names more than {MOST_OWNERS} owners")
    return tuple(read(one) if len(one) <= LONGEST else Owner(one[:20], flaw="is too long for a name") for one in told)


def faults(line: int, owners: Iterable[Owner]) -> Iterator[Finding]:
    """Say which owners of a line are none."""
    for owner in owners:
        if owner.flaw:
            yield Finding(line, f"`{printable(owner.text, 60)}` {owner.flaw}")


def too_many() -> Finding:
    """Say that a file has more rules than are read."""
    return Finding(0, f"it has more than {MOST_RULES} rules", holds=True)


def wrong(line: int, pattern: str, error: ValueError) -> Finding:
    """Say that a line can't be understood."""
    return Finding(line, f"`{printable(pattern, 60)}` can't be understood: {error}", holds=True)
