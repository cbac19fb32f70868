"""Who may do what on the page: the block `access` of an environment's file, read by itself.

So whoever may look at an environment may look at what is wrong with it, too.
"""

from reconciler.compose.flaws import Flawed
from reconciler.compose.layers import Layer
from reconciler.compose.layout import ENVIRONMENT
from reconciler.compose.library import Library, told
from reconciler.compose.locate import Locator
from reconciler.compose.lru import Lru
from reconciler.compose.validate import validate
from reconciler.model.environment import Environment
from reconciler.model.errors import BadSpec, Problem
from reconciler.model.page_access import PageAccess
from reconciler.plugins import Plugins
from reconciler.ports.source import SourceTree
from reconciler.yaml.parse import Unreadable

_BLOCK = "access"


def read_page_access(tree: SourceTree, environment: str) -> PageAccess:
    """Read who may do what on the page, whatever else of a commit is broken; nobody where it doesn't say.

    Raises:
        BadSpec: there is no such environment, or it isn't clear.
    """
    path = f"environments/{environment}/{ENVIRONMENT}"
    if path not in tree.files:
        raise BadSpec((Problem(path, 0, 0, "", "there is no such file", "add it"),))
    library = Library(tree, Lru(4), Plugins())
    try:
        document = library.document(path)
    except Unreadable as error:
        raise BadSpec((told(path, error),)) from None
    try:
        found = validate(Environment, {key: document.value[key] for key in (_BLOCK,) if key in document.value})
    except Flawed as error:
        raise BadSpec(Locator(library, [Layer(path, document)], path).problems(error.flaws)) from None
    return found.access or PageAccess()
