"""GitHub's CODEOWNERS: patterns nearly as in .gitignore, and the last one that matches says who owns a path.

A pattern without a slash, but at its end, matches at any depth; one with a slash from the root. What matches a folder
matches all in it, but for a last `*`, which matches names in its folder alone. `!` and `[ ]` it doesn't know.
"""

from reconciler.owners.globs import Glob, Name, name_of
from reconciler.owners.lines import faults, numbered, owners_of, too_many, words, wrong
from reconciler.owners.rules import LONGEST, MOST_RULES, Finding, Owner, Rule, Rules

_ALL: tuple[Name | None, ...] = ((None,), None)
"""A name at least, and whatever is below it."""


def parse(text: str) -> Rules:
    """Read a file."""
    rules: list[Rule] = []
    findings: list[Finding] = []
    for number, line in numbered(text):
        if len(rules) == MOST_RULES:
            return Rules(tuple(rules), (*findings, too_many()))
        pattern, *named = words(line)
        try:
            rule = Rule(number, pattern, owners_of(named, owner), glob(pattern))
        except ValueError as error:
            findings.append(wrong(number, pattern, error))
            continue
        rules.append(rule)
        findings += faults(number, rule.owners)
    return Rules(tuple(rules), tuple(findings))


def owner(text: str) -> Owner:
    """Read an owner: `@user`, `@org/team` or a mail address."""
    name = text.removeprefix("@")
    if text.startswith("@") and name.count("/") == 1 and all(name.split("/")):
        return Owner(text, team=name)
    if (text.startswith("@") and name and "/" not in name and "@" not in name) or is_mail(text):
        return Owner(text, person=name)
    return Owner(text, flaw="is no owner: write @user, @org/team or a mail address")


def is_mail(text: str) -> bool:
    """Tell whether an owner is named by a mail address."""
    local, _, host = text.partition("@")
    return bool(local and host) and "@" not in host and "/" not in text


def glob(pattern: str) -> Glob:
    """Read a pattern.

    Raises:
        ValueError: it is none of GitHub's.
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if pattern.startswith("!"):
        raise ValueError("it negates, which GitHub doesn't do")
    if "[" in pattern or "]" in pattern:
        raise ValueError("it has a range of characters, which GitHub doesn't know")
    parts = pattern.split("/")
    is_rooted = "/" in pattern.rstrip("/") or pattern.startswith("/")
    is_folder = len(parts) > 1 and not parts[-1]
    inner = [part for part in parts if part]
    if not inner:
        raise ValueError("it names no path")
    names = [None if part == "**" else name_of(part, has_classes=False) for part in inner]
    if not is_rooted and names[0] is not None:
        names.insert(0, None)
    if is_folder or names[-1] is None:
        return Glob((*(names if is_folder and names[-1] is not None else names[:-1]), *_ALL))
    return Glob(tuple(names) if inner[-1] == "*" else (*names, None))
