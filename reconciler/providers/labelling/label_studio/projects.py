"""The port of labelling on Label Studio: projects, their tasks, and snapshots of their answers."""

import html
import json
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reconciler.model.errors import Missing, Unavailable
from reconciler.model.ids import NAME, Address, digest
from reconciler.model.label_projects import IDENTIFIER, SLOT, Asked, LabelProject
from reconciler.model.label_tools import LabelTool
from reconciler.model.text import printable
from reconciler.ports.labelling import PIECE, ProjectOrder, Task
from reconciler.providers.labelling.label_studio.api import PAGE, TASK_PAGE, Api, Document, number, text
from reconciler.providers.labelling.label_studio.health import health_of
from reconciler.providers.labelling.label_studio.token import PersonalToken
from reconciler.settings import reveal
from reconciler.wire import Server, Wire

TIMEOUT = 20.0
AT_ONCE = 1_000
"""Tasks that are added or removed by one request."""
LARGEST = 8 * 2**20
"""Bytes of the tasks that are added by one request: pictures may stand in them."""
LONGEST_TITLE = 50
"""Letters of a project's title: the server takes no more."""
POLLS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between looks at a snapshot that is made; what takes longer is looked at in another pass."""
_COUNTS = ("task_number", "total_annotations_number", "skipped_annotations_number", "ground_truth_number")
_FIELDS = ",".join(("id", "description", "label_config", "expert_instruction", *_COUNTS))
_NEWEST = json.dumps({"ordering": ["-tasks:updated_at"]})
_SNAPSHOT = "setpoint "


class LabelStudio:
    """Projects of one environment on a server of Label Studio's open edition.

    Args:
        environment: whose they are.
        url: where the server answers.
        token: a personal access token of a user who manages projects.
        space: tells this repository's projects from those of others on the same server.
        timeout: seconds that an answer may take.

    Raises:
        Refused: the address or the token can be none.
    """

    def __init__(
        self,
        environment: str,
        url: str,
        token: str,
        *,
        space: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        server = Server("Label Studio", url.rstrip("/"))
        self._token = PersonalToken(reveal(token), server, timeout)
        self._api = Api(Wire(server, self._token, timeout))
        self._mark = f"Kept by Setpoint: {quote(space)}/{environment}/"
        self._marked = re.compile(re.escape(self._mark) + "labels/([a-z0-9-]+)")
        self._known: dict[int, tuple[str, LabelProject]] = {}

    def list(self) -> Mapping[Address, LabelProject]:
        """List this environment's projects with all their tasks: two requests, and more where anything has changed.

        Raises:
            Refused: the token is none of that server's.
            Unavailable: not all of them could be read.
        """
        found: dict[Address, list[Document]] = {}
        for document in self._projects():
            if address := self._address_in(document):
                found.setdefault(address, []).append(document)
        listed = {address: self._read(documents) for address, documents in sorted(found.items())}
        self._known = {int(project.identity): (project.state, project) for project in listed.values()}
        return listed

    def configure(self, order: ProjectOrder) -> None:
        """Make a project, or give the one that is there what is asked and told.

        Raises:
            Refused: the server won't have the configuration.
            Unavailable: it didn't answer.
        """
        asked = {
            "label_config": order.config,
            "expert_instruction": _as_html(order.guide),
            "show_instruction": bool(order.guide),
        }
        there = self._find(order.address)
        if there is not None:
            self._api.write("PATCH", f"/api/projects/{there}/", asked)
            return
        # An empty draft is no answer, and nobody is shown what a model says unless it is asked for.
        made: dict[str, Any] = {"title": order.title[:LONGEST_TITLE], "description": self._mark + order.address}
        made |= {"maximum_annotations": 1, "enable_empty_annotation": False}
        self._api.write("POST", "/api/projects/", {**asked, **made})

    def add(self, address: Address, tasks: Sequence[Task]) -> None:
        """Add the tasks of which there are none of that name.

        Raises:
            Refused: there is no such project, or the server won't have the tasks.
            Unavailable: it didn't answer.
        """
        project = self._demanded(address)
        there = self._names(project)
        new = [task for task in tasks if task.name not in there]
        for documents in _in_requests(new):
            self._api.write("POST", f"/api/projects/{project}/import", documents)
        if any(task.prediction for task in new):  # it would show those of the first version alone
            self._api.write("PATCH", f"/api/projects/{project}/", {"model_version": ""})

    def remove(self, address: Address, names: Collection[str]) -> None:
        """Take tasks away that nobody has answered, whether or not they are there; one with an answer stays.

        Raises:
            Unavailable: the server didn't answer.
        """
        project = self._find(address)
        if project is None:
            return
        wanted = set(names)
        spare = [task for task, name, answers in self._tasks(project) if name in wanted and not answers]
        query = {"id": "delete_tasks", "project": str(project)}
        for start in range(0, len(spare), AT_ONCE):
            chosen = {"all": False, "included": spare[start : start + AT_ONCE]}
            self._api.write("POST", "/api/dm/actions/", {"selectedItems": chosen}, query)

    def answers(self, address: Address, name: str) -> Iterator[bytes] | None:
        """Return all answered tasks from a snapshot of this name, piece by piece; None while it is made.

        Raises:
            Refused: there is no such project, or the server failed to make it.
            Unavailable: it didn't answer.
        """
        place = f"/api/projects/{self._demanded(address)}/exports"
        title = _SNAPSHOT + name
        ours = self._snapshots(place)
        snapshot = next((one for one in ours if text(one, "title") == title), None)
        if snapshot is None:
            asked = {"title": title, "task_filter_options": {"annotated": "only"}, "serialization_options": _WRITTEN}
            snapshot = self._api.write("POST", f"{place}/", asked)
        identity = number(snapshot if isinstance(snapshot, dict) else {}, "id")
        if not self._is_made(f"{place}/{identity}"):
            return None
        return self._pieces(place, identity, [number(one, "id") for one in ours])

    def _pieces(self, place: str, snapshot: int, ours: Sequence[int]) -> Iterator[bytes]:
        """Yield a snapshot, and take it away with those that were left, once it was read to its end."""
        yield from self._api.pieces(f"{place}/{snapshot}/download", PIECE, exportType="JSON")
        for one in dict.fromkeys((*ours, snapshot)):
            self._api.write("DELETE", f"{place}/{one}", also=(404,))

    def health(self) -> LabelTool:
        """Ask the server how it is.

        Raises:
            Refused: it doesn't know the token.
            Unavailable: it doesn't answer.
        """
        return health_of(self._api, self.list(), self._token.kind, is_lasting=self._token.is_exchanged)

    def leave(self) -> None:
        """Take this environment's projects away, with all that was answered in them.

        Raises:
            Unavailable: the server didn't answer.
        """
        for document in list(self._projects()):
            if self._address_in(document):
                self._api.write("DELETE", f"/api/projects/{number(document, 'id')}/", also=(404,))

    def close(self) -> None:
        """Close the connections."""
        self._api.close()
        self._token.close()

    def _projects(self) -> Iterator[Document]:
        return self._api.pages("/api/projects/", "results", PAGE, include=_FIELDS)

    def _address_in(self, document: Document) -> Address | None:
        """Return whose project it is; None where it isn't one of this environment's."""
        found = self._marked.search(text(document, "description"))
        return Address(f"labels/{found[1]}") if found and NAME.fullmatch(found[1]) else None

    def _find(self, address: Address) -> int | None:
        """Return the project of labels: of several, the one that was made first."""
        return min((number(one, "id") for one in self._projects() if self._address_in(one) == address), default=None)

    def _demanded(self, address: Address) -> int:
        project = self._find(address)
        if project is None:
            raise Missing(f"{self._api.place} has no project of {address}", "it is made anew in the next pass")
        return project

    def _read(self, documents: Sequence[Document]) -> LabelProject:
        """Read a project: as it was known where nothing in it has changed since."""
        first, *others = sorted(documents, key=lambda one: number(one, "id"))
        identity = number(first, "id")
        state = self._state(first)
        known = self._known.get(identity)
        if known is None or known[0] != state:
            known = (state, self._anew(first, state))
        told = known[1]
        twins = tuple(f"{self._api.url}/projects/{number(one, 'id')}/data" for one in others)
        return LabelProject(
            identity=str(identity),
            url=f"{self._api.url}/projects/{identity}/data",
            config=text(first, "label_config"),
            guide=_as_text(text(first, "expert_instruction")),
            tasks=told.tasks,
            strangers=told.strangers,
            used=told.used,
            state=state,
            twins=twins,
        )

    def _state(self, document: Document) -> str:
        """Digest what a project says of itself, and when any of its tasks last changed."""
        project = number(document, "id")
        counts = [number(document, name) for name in _COUNTS]
        asked = {"project": str(project), "page": "1", "page_size": "1", "fields": "task_only"}
        newest = self._api.get("/api/tasks/", **asked, include="id,updated_at", query=_NEWEST)
        tasks = newest.get("tasks") if isinstance(newest, dict) else None
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            raise Unavailable(f"{self._api.place} doesn't tell when a task last changed")
        moments = [[number(task, "id"), text(task, "updated_at")] for task in tasks[:1]]
        return digest([self._api.url, project, counts, moments])

    def _anew(self, document: Document, state: str) -> LabelProject:
        project = number(document, "id")
        found: dict[str, Asked] = {}
        strangers = 0
        for _, name, answers in self._tasks(project):
            if not SLOT.fullmatch(name):
                strangers += 1
                continue
            before = found.get(name, Asked(copies=0))
            found[name] = Asked(before.answers + answers, before.copies + 1)
        used = _used(self._api.get(f"/api/projects/{project}/summary/"))
        return LabelProject(str(project), "", "", tasks=found, strangers=strangers, used=used, state=state)

    def _tasks(self, project: int) -> Iterator[tuple[int, str, int]]:
        """Return each task's own number, its external identifier and how many answers it has."""
        fields = {"fields": "task_only", "include": "id,meta,total_annotations", "project": str(project)}
        for task in self._api.pages("/api/tasks/", "tasks", TASK_PAGE, **fields):
            meta = task.get("meta")
            name = meta.get(IDENTIFIER) if isinstance(meta, dict) else None
            yield number(task, "id"), name if isinstance(name, str) else "", number(task, "total_annotations")

    def _names(self, project: int) -> Collection[str]:
        """Return the external identifiers of a project's tasks: as they were listed, where nothing changed since."""
        known = self._known.get(project)
        document = self._api.get(f"/api/projects/{project}/", include=_FIELDS) if known else None
        if known and isinstance(document, dict) and self._state(document) == known[0]:
            return known[1].tasks.keys()
        return {name for _, name, _ in self._tasks(project)}

    def _snapshots(self, place: str) -> Sequence[Document]:
        """Return the snapshots of a project that were made from here."""
        found = self._api.get(f"{place}/")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Unavailable(f"{self._api.place} doesn't list its snapshots")
        return [one for one in found if text(one, "title").startswith(_SNAPSHOT)]

    def _is_made(self, snapshot: str) -> bool:
        """Tell whether a snapshot is made by now.

        Raises:
            Refused: the server failed to make it; it is taken away, and made anew another time.
        """
        for pause in (*POLLS, 0.0):
            status = text(self._api.get(snapshot), "status")
            if status == "completed":
                return True
            if status == "failed":
                self._api.write("DELETE", snapshot, also=(404,))
                raise Unavailable(f"{self._api.place} failed to make a snapshot of the answers", "see its log")
            time.sleep(pause)
        return False


_WRITTEN = {
    "drafts": {"only_id": True},
    "predictions": {"only_id": False},
    "annotations__completed_by": {"only_id": False},
    "include_annotation_history": False,
    "interpolate_key_frames": False,
}


def _as_html(guide: str) -> str:
    """Write a guide as the server keeps it, which takes out of HTML whatever it holds for unsafe."""
    return html.escape(guide, quote=False).replace("\n", "<br>\n")


def _as_text(instruction: str) -> str:
    """Return the guide that was written so; what people have made of it since comes as it is."""
    return html.unescape(instruction.replace("<br>\n", "\n"))


def _document(task: Task) -> dict[str, Any]:
    """Write a task as it is imported."""
    told = {"data": dict(task.data), "meta": dict(task.meta)}
    return {**told, "predictions": [dict(task.prediction)]} if task.prediction else told


def _in_requests(tasks: Sequence[Task]) -> Iterator[list[dict[str, Any]]]:
    """Yield tasks as they are imported, as many as one request may have."""
    documents: list[dict[str, Any]] = []
    size = 0
    for document in map(_document, tasks):
        length = len(json.dumps(document))
        if documents and (len(documents) == AT_ONCE or size + length > LARGEST):
            yield documents
            documents, size = [], 0
        documents.append(document)
        size += length
    if documents:
        yield documents


def _used(summary: Any) -> Mapping[str, Mapping[str, int]] | None:
    """Return how often each label was given, by the control's name; None where it isn't told."""
    told = summary.get("created_labels") if isinstance(summary, dict) else None
    if not isinstance(told, dict):
        return None
    return {
        printable(name, 200): {
            printable(label, 200): count for label, count in labels.items() if isinstance(count, int) and count > 0
        }
        for name, labels in told.items()
        if isinstance(labels, dict)
    }
