"""Files of CODEOWNERS as texts, and what they ask for."""

from reconciler.model.code_owners import OwnersFile, OwnersSyntax
from reconciler.owners import owned

PIN = "environments/prod/deployments/employment.yaml"


def file(syntax: str, text: str) -> OwnersFile:
    return OwnersFile(OwnersSyntax(syntax), "CODEOWNERS", text)


def asked(syntax: str, text: str, path: str = PIN) -> list[tuple[int, int, list[str]]]:
    """Return what a file asks for a path: of each line its number, its count and its owners."""
    found = owned(file(syntax, text), path)
    assert not found.flaw, found.flaw
    return [(one.line, one.count, [owner.text for owner in one.owners]) for one in found.demands]


def matches(syntax: str, pattern: str, path: str) -> bool:
    return bool(asked(syntax, f"{pattern} @ada", path))
