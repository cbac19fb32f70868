"""GitLab's CODEOWNERS: sections, of each of which the last rule that matches says who owns a path.

    [Models][2] @ml/platform        two of its owners have to approve; the owners are those of rules that name nobody
    ^[Docs]                         nobody has to

A pattern matches whole paths, at any depth unless it begins with a slash; one that ends with a slash all in that
folder. A rule that begins with `!` takes paths out of its section. Sections of the same name are one: it is optional
where all of them are, and asks for the largest of their numbers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.owners.github import is_mail
from reconciler.owners.globs import Glob, Name, name_of
from reconciler.owners.lines import faults, numbered, owners_of, too_many, words, wrong
from reconciler.owners.rules import LONGEST, MOST_RULES, Finding, Owner, Rule, Rules, Section

_HEADING = re.compile(r"(\^)?\[([^\]]{1,255})\](?:\[(\d{1,4})\])?(?:\s+(.*))?")
_ALL: tuple[Name | None, ...] = (None, (None,))


def parse(text: str) -> Rules:
    """Read a file."""
    rules: list[Rule] = []
    findings: list[Finding] = []
    section = Section()
    for number, line in numbered(text):
        if len(rules) == MOST_RULES:
            return Rules(_joined(rules), (*findings, too_many()))
        try:
            if line.startswith(("[", "^[")):
                section = _section(line)
                findings += faults(number, section.owners)
                continue
            rules.append(_rule(number, line, section))
        except ValueError as error:
            findings.append(wrong(number, line, error))
            continue
        findings += faults(number, rules[-1].owners)
    return Rules(_joined(rules), tuple(findings))


def _section(line: str) -> Section:
    found = _HEADING.fullmatch(line)
    if found is None or not found[2].strip():
        raise ValueError("it is no heading of a section: write [Name], ^[Name] or [Name][2]")
    count = 0 if found[1] else max(int(found[3] or 1), 1)
    return Section(found[2].strip(), count, owners_of(words(found[4] or ""), owner))


def _rule(number: int, line: str, section: Section) -> Rule:
    pattern, *named = words(line)
    excludes = pattern.startswith("!")
    owners = owners_of(named, owner) or section.owners
    return Rule(number, pattern, owners, glob(pattern.removeprefix("!")), section, excludes)


def _joined(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return rules whose sections of one name are the same."""
    counts: dict[str, int] = {}
    for rule in rules:
        key = rule.section.name.casefold()
        counts[key] = max(counts.get(key, 0), rule.section.count)
    return tuple(_in_section(rules, counts))


def _in_section(rules: Iterable[Rule], counts: dict[str, int]) -> Iterable[Rule]:
    for rule in rules:
        key = rule.section.name.casefold()
        yield replace(rule, section=Section(key, counts[key]))


def owner(text: str) -> Owner:
    """Read an owner: `@user` or `@group`, which look alike, `@group/subgroup` or a mail address."""
    name = text.removeprefix("@")
    if text.startswith("@@"):
        return Owner(text, flaw="is a role, whose people the daemon isn't told: name a group")
    if text.startswith("@") and name and "@" not in name and all(name.split("/")):
        return Owner(text, person="" if "/" in name else name, team=name)
    if is_mail(text):
        return Owner(text, person=text)
    return Owner(text, flaw="is no owner: write @user, @group or a mail address")


def glob(pattern: str) -> Glob:
    """Read a pattern.

    Raises:
        ValueError: it can't be understood.
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if pattern == "*":
        return Glob(_ALL)
    parts = [part for part in pattern.split("/") if part]
    names: list[Name | None] = [None if part == "**" else name_of(part, has_classes=True) for part in parts]
    if names and names[-1] is None:  # as the last name two stars are one: only in front of a slash they skip folders
        names[-1] = (None,) if not pattern.endswith("/") else None
    if not pattern.startswith("/"):
        names.insert(0, None)
    return Glob((*names, *_ALL) if pattern.endswith("/") else tuple(names))
