"""The template: the environment that says how previews are made, as the watched branch has it."""

from typing import Any

from reconciler.compose.cache import Cache
from reconciler.compose.environment import read_environment
from reconciler.compose.layout import ENVIRONMENT
from reconciler.compose.library import Library
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Problem, Refused
from reconciler.ports.source import SourceTree
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import mapping

_HEAVIEST = 100_000
"""Values of an environment's file, with aliases written out."""
_NAME = "variables.preview"
"""What stands for a preview's name in its environment's file."""
_EVERYTHING = 10**9
"""What one pass of a preview may delete: at its end that is all there is."""


def file_of(name: str) -> str:
    """Return where an environment's own file lies."""
    return f"environments/{name}/{ENVIRONMENT}"


def read_template(tree: SourceTree, name: str) -> Environment:
    """Read the file of an environment at a commit, be it a template or none.

    Raises:
        BadSpec: it isn't there, or is broken.
    """
    path, cache = file_of(name), Cache()
    if path not in tree.files:
        raise BadSpec((Problem(path, 0, 0, "", "there is no such environment", "add it, or name another"),))
    found = read_environment(Library(tree, cache.documents, cache.plugins), path)
    if found.environment is None:
        raise BadSpec(found.problems)
    return found.environment


def demand_apart(text: bytes, template: Environment) -> None:
    """See that previews don't share the place of their endpoints: each would take away those of the other.

    The embedded engine has a folder for each environment by itself.

    Args:
        text: the template's file.
        template: what it says.

    Raises:
        Refused: they would.
    """
    several = template.previews is not None and template.previews.open > 1
    if several and template.serving.provider != "local" and _NAME not in str(mapping(text, _HEAVIEST).get("serving")):
        what = f"two previews would have their endpoints in one place of the provider {template.serving.provider}"
        hint = f"have `serving` name another place for each, by ${{{_NAME}}}, or say `open: 1`"
        raise Refused(what, hint)


def instance(text: bytes, name: str, team: str) -> bytes:
    """Write the file of a preview, from the template's.

    What a preview proposes is merged to its own branch, so it has no page on a forge. Who may sign commits is asked of
    the watched branch and of the pull request's head; the preview's own are held against what was made here. And it
    may delete all that it has, at its end.

    Args:
        text: the template's file.
        name: the preview's, which its variable `preview` is, too.
        team: of all its jobs; empty where their specs say.

    Raises:
        Unreadable: the text is no environment's file.
    """
    told: dict[str, Any] = dict(mapping(text, _HEAVIEST))
    told.pop("previews", None)
    told |= {"forge": {"provider": "git"}, "deletion": {"number": _EVERYTHING, "share": 1}}
    told |= {"team": team} if team else {}
    known = told.get("variables")
    told["variables"] = {**(known if isinstance(known, dict) else {}), "preview": name}
    if isinstance(told.get("verification"), dict):
        told["verification"] = {**told["verification"], "commits": "any"}
    return dump(told)
