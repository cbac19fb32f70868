"""CODEOWNERS of a commit, where a promotion asks those whom it names: read for what may be merged on top of that."""

from collections.abc import Iterable, Iterator

from reconciler.compose.library import Library
from reconciler.model.code_owners import LARGEST, PLACES, OwnersFile, OwnersSyntax, syntax_of
from reconciler.model.errors import Problem, Severity
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec
from reconciler.owners import findings

_MOST_TOLD = 50


def code_owners(library: Library, forge: str, specs: Iterable[Spec]) -> OwnersFile:
    """Read the file where the forge looks for it; none is read that nobody asks for.

    Args:
        library: the commit's files.
        forge: the name of the forge's provider.
        specs: what may ask for owners.
    """
    syntax = syntax_of(forge)
    if not any(isinstance(spec, Promotion) and spec.approvals and spec.approvals.asks_owners for spec in specs):
        return OwnersFile(syntax)
    there = (path for path in PLACES[syntax] if path in library.files or path in library.tree.odd)
    path = next(there, "")
    return _read(library, syntax, path) if path else OwnersFile(syntax)


def _read(library: Library, syntax: OwnersSyntax, path: str) -> OwnersFile:
    if path in library.tree.odd:
        return OwnersFile(syntax, path, flaw=f"is a {library.tree.odd[path]}, and not the file itself")
    blob = library.files[path]
    if library.tree.size(blob) > LARGEST:
        return OwnersFile(syntax, path, flaw=f"is larger than {LARGEST // 1024} KiB")
    try:
        return OwnersFile(syntax, path, library.tree.read(blob).decode())
    except UnicodeDecodeError:
        return OwnersFile(syntax, path, flaw="is no UTF-8 text")


def owners_problems(file: OwnersFile) -> Iterator[Problem]:
    """Say what is wrong with the file; the specs go on working, and what waits for owners says so itself."""
    if file.flaw:
        yield Problem(file.path, 0, 0, "", f"it {file.flaw}", "approvals by `codeowners` wait", Severity.WARNING)
    for one in findings(file)[:_MOST_TOLD]:
        hint = "until it is mended, approvals by `codeowners` wait" if one.holds else ""
        yield Problem(file.path, one.line, 1 if one.line else 0, "", one.what, hint, Severity.WARNING)
