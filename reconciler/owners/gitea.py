r"""Gitea's CODEOWNERS: regular expressions over whole paths, of which all that match ask for one of their owners.

    environments/prod/.*\\.yaml  @ada @acme/ml-platform
    !docs/.*                      @grace       every path that isn't matched

Its lines take each `\` away and the next character as it is, so that one for the expression is written twice. An
expression stands between `^` and `$`, which bind closer than `|`.
"""

from reconciler.owners.expressions import Expression, compiled
from reconciler.owners.lines import faults, owners_of, too_many, wrong
from reconciler.owners.rules import LONGEST, MOST_RULES, Finding, Matcher, Owner, Rule, Rules, Section

MOST_STEPS = 20_000
"""Steps of all expressions of a file together: matching a path takes as many times its length at the most."""


class Not:
    """All paths that an expression doesn't match."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    def matches(self, path: str) -> bool:
        """Tell whether a path isn't matched."""
        return not self._expression.matches(path)


def parse(text: str) -> Rules:
    """Read a file."""
    rules: list[Rule] = []
    findings: list[Finding] = []
    left = MOST_STEPS
    for number, line in enumerate(text.split("\n"), 1):
        pattern, *named = tokens(line) or [""]
        if not pattern:
            continue
        if not named:
            findings.append(Finding(number, "it names no owners, and asks for nobody"))
            continue
        if len(rules) == MOST_RULES:
            return Rules(tuple(rules), (*findings, too_many()))
        try:
            matcher, steps = _matcher(pattern, left)
            rules.append(Rule(number, pattern, owners_of(named, owner), matcher, Section(str(number))))
        except ValueError as error:
            findings.append(wrong(number, pattern, error))
            continue
        left -= steps
        findings += faults(number, rules[-1].owners)
    return Rules(tuple(rules), tuple(findings))


def _matcher(pattern: str, most: int) -> tuple[Matcher, int]:
    if len(pattern) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    found = compiled(f"^{pattern.removeprefix('!')}$", most)
    return Not(found) if pattern.startswith("!") else found, len(found.steps)


def tokens(line: str) -> list[str]:
    """Split a line at spaces, up to `#`, as Gitea does (`TokenizeCodeOwnersLine`)."""
    found, word, is_escaped = list[str](), "", False
    for letter in line.strip().replace("\t", " "):
        if is_escaped:
            word, is_escaped = word + letter, False
        elif letter == "\\":
            is_escaped = True
        elif letter == "#":
            break
        elif letter != " ":
            word += letter
        elif word:
            found.append(word)
            word = ""
    return [*found, word] if word else found


def owner(text: str) -> Owner:
    """Read an owner: `@user` or `@org/team`, with or without the `@`."""
    name = text.removeprefix("@")
    parts = name.split("/")
    if not all(parts) or len(parts) > 2 or "@" in name:
        return Owner(text, flaw="is no owner: write @user or @org/team")
    return Owner(text, team=name) if len(parts) == 2 else Owner(text, person=name)
