"""Whose a path is by CODEOWNERS, and what is wrong with the file."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.owners import gitea, github, gitlab
from reconciler.owners.rules import Demand, Finding, Owned, Owner, Rule, Rules

_PARSERS: Mapping[OwnersSyntax, Callable[[str], Rules]] = MappingProxyType(
    {OwnersSyntax.GITHUB: github.parse, OwnersSyntax.GITLAB: gitlab.parse, OwnersSyntax.GITEA: gitea.parse}
)


@lru_cache(maxsize=4)
def parse(syntax: OwnersSyntax, text: str) -> Rules:
    """Read what a file says."""
    return _PARSERS[syntax](text)


def findings(file: OwnersFile) -> tuple[Finding, ...]:
    """Return what is wrong with a file's lines."""
    return parse(file.syntax, file.text).findings if file.path and not file.flaw else ()


@lru_cache(maxsize=64)
def owned(file: OwnersFile, path: str) -> Owned:
    """Return who has to approve a change of a path, and who may.

    Args:
        file: CODEOWNERS of the watched branch.
        path: the path, from the repository's root.
    """
    if not file.path:
        return Owned(flaw="the watched branch has no CODEOWNERS where this forge looks for it")
    if file.flaw:
        return Owned(file.path, flaw=f"{file.path} {file.flaw}")
    rules = parse(file.syntax, file.text)
    held = next((finding for finding in rules.findings if finding.holds), None)
    if held is not None:
        place = f"{file.path}:{held.line}" if held.line else file.path
        return Owned(file.path, flaw=f"{place}: {held.what}, and until it is mended it may own any file")
    return _owned(file.path, rules, path)


def _owned(place: str, rules: Rules, path: str) -> Owned:
    last: dict[str, Rule] = {}
    excluded: set[str] = set()
    for rule in rules.rules:
        if rule.matcher.matches(path):
            if rule.excludes:
                excluded.add(rule.section.name)
            else:
                last[rule.section.name] = rule
    demands: list[Demand] = []
    welcome: list[Owner] = []
    for name, rule in last.items():
        if name in excluded or not rule.owners:
            continue
        if rule.section.count:
            demands.append(Demand(rule.line, rule.owners, rule.section.count, rule.section.name))
        else:
            welcome += rule.owners
    return Owned(place, tuple(demands), tuple(welcome))
