"""What Label Studio tells of itself: its version, whom it takes us for, who has an account, and blank tasks."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Xml

from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.label_projects import IDENTIFIER, LabelProject
from reconciler.model.label_tools import LabelTool
from reconciler.model.text import printable
from reconciler.providers.labelling.label_studio.api import TASK_PAGE, Api, text

OLDEST = "1.18"
"""The first version whose personal access tokens are exchanged, and whose snapshots are as they are read here."""
DATA_PAGE = min(TASK_PAGE, 1_000)
MOST_PEOPLE = 10_000


def health_of(api: Api, projects: Mapping[Address, LabelProject], token: str, *, is_lasting: bool) -> LabelTool:
    """Ask a server how it is.

    Args:
        api: the server's API.
        projects: our projects.
        token: of which kind our token is.
        is_lasting: whether the server will go on taking such.

    Raises:
        Refused: it doesn't know the token, or we may not see our projects.
        Unavailable: it doesn't answer.
    """
    told = api.get("/api/version/")
    version = text(told, "release") if isinstance(told, dict) else ""
    me = api.get("/api/current-user/whoami")
    return LabelTool(
        where=api.place,
        version=printable(version, 40),
        oldest=OLDEST,
        identity=printable(text(me, "email"), 200) if isinstance(me, dict) else "",
        token=token,
        is_lasting=is_lasting,
        people=_people(api),
        blank={address: count for address, one in projects.items() if (count := _blank(api, one))},
    )


def _people(api: Api) -> frozenset[str] | None:
    """Return the addresses of those who have an account; None where we may not see that."""
    try:
        told = api.get("/api/users/")
    except Refused:
        return None
    found = told if isinstance(told, list) else ()
    return frozenset(text(one, "email").casefold() for one in found[:MOST_PEOPLE] if isinstance(one, dict))


def _blank(api: Api, project: LabelProject) -> int:
    """Count the tasks of ours that show nothing, so that nobody can answer them."""
    shown = _columns(project.config)
    fields = {"fields": "task_only", "include": "id,meta,data", "project": project.identity}
    count = 0
    for task in api.pages("/api/tasks/", "tasks", DATA_PAGE, **fields):
        meta, data = task.get("meta"), task.get("data")
        is_ours = isinstance(meta, dict) and bool(meta.get(IDENTIFIER))
        count += is_ours and not all(_is_there(data, name) for name in shown)
    return count


def _is_there(data: Any, name: str) -> bool:
    return isinstance(data, dict) and data.get(name) not in (None, "")


def _columns(config: str) -> frozenset[str]:
    try:
        tags = list(Xml.fromstring(config).iter())
    except Xml.ParseError:
        return frozenset()
    values = (tag.get("value", "") for tag in tags if tag.get("name") and not tag.get("toName"))
    return frozenset(value[1:] for value in values if value.startswith("$") and len(value) > 1)
