"""The verbs of the API: list, get, apply, create, delete, logs. Each asks once and answers wholly, or raises."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from reconciler.kubernetes.access import Access, api_server
from reconciler.kubernetes.change_watch import ChangeWatch
from reconciler.kubernetes.kinds import PODS, Kind, Manifest
from reconciler.kubernetes.responses import Absent, Ask, Expired, check, document
from reconciler.model.errors import Refused, Unavailable
from reconciler.wire import Call, Wire

MANAGER = "setpoint"
"""Under whose name we own fields."""
PAGE = 100
"""Things in one page of a list."""
LISTS = 3
"""How often a list begins anew, when it changes faster than its pages are read."""
LOG_LINES = 20_000
TIMEOUT = 10.0
REHEARSAL = 3
"""Seconds that the server, and whom it asks before a write, have for a rehearsed one."""

Item = TypeVar("Item")


class Kubernetes:
    """One API server, for any number of threads.

    Args:
        access: where it is and who we are.
        timeout: seconds to wait for a connection, for the first byte of an answer and for each next.
        wire: the connections, where others than the usual are wanted.
    """

    def __init__(self, access: Access, *, timeout: float = TIMEOUT, wire: Wire | None = None) -> None:
        self.namespace = access.namespace
        self._access = access
        self._timeout = timeout
        self._wire = wire or Wire(api_server(access), access.token, timeout)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def list(self, kind: Kind, namespace: str = "", *, labels: str = "", page: int = PAGE) -> Sequence[Manifest]:
        """List all things of a kind in a namespace, or in all; `labels` is a selector. Items don't say their kind.

        Raises:
            Unavailable: not all of it could be read.
            Refused: we may not, or the server doesn't know the kind.
        """
        return self.listing(kind, namespace, labels=labels, page=page, read=lambda thing: thing)[0]

    def listing(
        self,
        kind: Kind,
        namespace: str = "",
        *,
        labels: str = "",
        page: int = PAGE,
        read: Callable[[Manifest], Item | None],
    ) -> tuple[Sequence[Item], str]:
        """List all things of a kind, each reduced at once to what its reader needs; return the list's version too.

        Args:
            kind: the kind.
            namespace: where the things are; empty is everywhere.
            labels: a selector.
            page: how many are read at once.
            read: what a thing comes to; None leaves it out.

        Raises:
            Unavailable: not all of it could be read.
            Refused: we may not, or the server doesn't know the kind.
        """
        ask = Ask(("list",), kind, namespace)
        query = {"limit": str(page)} | _selected(labels)
        for _ in range(LISTS):
            try:
                return self._listing(ask, query, read)
            except Expired:
                continue
        raise Unavailable(f"the API server can't {ask}: it changes faster than it is read")

    def watch(self, kind: Kind, namespace: str = "", *, labels: str = "", since: str) -> ChangeWatch:
        """Return a watch that fires as soon as a list of this kind would be another than it was at this version.

        Raises:
            Unavailable: the server can't watch now.
            Refused: we may not.
        """
        query = {"watch": "1", "resourceVersion": since, "timeoutSeconds": "45"} | _selected(labels)
        call = Call("GET", kind.path(namespace), query)
        return ChangeWatch(self._access, Ask(("watch",), kind, namespace), call, self._timeout)

    def get(self, kind: Kind, name: str, namespace: str = "") -> Manifest | None:
        """Return a thing; None where there is none.

        Raises:
            Unavailable: it couldn't be read.
            Refused: we may not.
        """
        try:
            return self._send(Ask(("get",), kind, namespace, name), "GET")
        except Absent:
            return None

    def apply(self, kind: Kind, manifest: Manifest, *, force: bool = True, rehearsed: bool = False) -> Manifest:
        """Make a thing, or set the fields that the manifest names, and leave all others alone; return how it is then.

        Fields that an earlier call named and this one doesn't are taken away, unless others own them too.

        Args:
            kind: its kind.
            manifest: the fields that are ours. `metadata` has the name and, for most kinds, the namespace.
            force: take fields that others own; else they are left to them and it is refused.
            rehearsed: have it checked by all who check writes, and change nothing.

        Raises:
            Refused: we may not, the manifest is wrong, or others own its fields (`FieldsTaken`).
            Raced: somebody else wrote at the same time.
            Unavailable: the server couldn't answer; whether it was done is not known.
        """
        metadata = manifest["metadata"]
        ask = Ask(("patch", "create"), kind, metadata.get("namespace", ""), metadata["name"])
        query = {"fieldManager": MANAGER, "force": str(force).lower()}
        query |= {"dryRun": "All", "timeout": f"{REHEARSAL}s"} if rehearsed else {}
        return self._send(ask, "PATCH", query, kind.manifest(manifest), "application/apply-patch+yaml")

    def create(self, kind: Kind, manifest: Manifest) -> Manifest:
        """Make a thing that isn't there yet.

        Raises:
            Raced: one of its name is there.
            Refused: we may not, or the manifest is wrong.
            Unavailable: the server couldn't answer; whether it was done is not known.
        """
        metadata = manifest["metadata"]
        ask = Ask(("create",), kind, metadata.get("namespace", ""))
        return self._send(ask, "POST", {"fieldManager": MANAGER}, kind.manifest(manifest))

    def delete(
        self, kind: Kind, name: str, namespace: str = "", *, uid: str = "", propagation: str = "Background"
    ) -> bool:
        """Ask for a thing's end; tell whether it was there.

        Args:
            kind: its kind.
            name: its name.
            namespace: where it is.
            uid: delete it only if it is this very one, and no other that has taken its name.
            propagation: what becomes of what it owns: `Background`, `Foreground` or `Orphan`.

        Raises:
            Raced: it is another one now.
            Refused: we may not.
            Unavailable: the server couldn't answer; whether it was done is not known.
        """
        options: dict[str, Any] = {"propagationPolicy": propagation} | ({"preconditions": {"uid": uid}} if uid else {})
        try:
            self._send(Ask(("delete",), kind, namespace, name), "DELETE", {}, options)
        except Absent:
            return False
        return True

    def logs(self, pod: str, namespace: str, *, container: str, limit: int, is_former: bool = False) -> str | None:
        """Return the last bytes that a container has printed; empty before it has started, None where no pod is.

        Args:
            pod: the pod's name.
            namespace: where it is.
            container: which of its containers.
            limit: bytes at the most, from a whole line on.
            is_former: what the process before its present one has printed; empty where that is known no more.

        Raises:
            Unavailable: they couldn't be read; the pod's machine may be gone.
            Refused: we may not.
        """
        ask = Ask(("get",), PODS, namespace, pod, "log")
        query = {"container": container, "tailLines": str(LOG_LINES)} | ({"previous": "true"} if is_former else {})
        answer = self._wire.send(Call("GET", PODS.path(namespace, pod, "log"), query, tail=limit))
        if answer.status == 400:
            return ""  # `container "main" in pod "..." is waiting to start`
        try:
            check(answer, ask)
        except Absent:
            return None
        text = answer.body if len(answer.body) < limit else answer.body.partition(b"\n")[2] or answer.body
        return text.decode("utf-8", errors="replace")

    def _listing(
        self, ask: Ask, query: Mapping[str, str], read: Callable[[Manifest], Item | None]
    ) -> tuple[Sequence[Item], str]:
        items: list[Item] = []
        version = ""
        for page in self._pages(ask, query):
            version = version or str(page["metadata"].get("resourceVersion") or "")
            items += [item for thing in page.get("items") or () if (item := read(thing)) is not None]
        return items, version

    def _pages(self, ask: Ask, query: Mapping[str, str]) -> Iterator[Manifest]:
        more = ""
        while True:
            page = self._send(ask, "GET", {**query, "continue": more} if more else query)
            metadata = page.get("metadata")
            if not isinstance(metadata, dict) or not isinstance(page.get("items"), list | None):
                raise Unavailable(f"the API server answered {ask} with something that is no list")
            yield page
            if not (more := str(metadata.get("continue") or "")):
                return

    def _send(
        self,
        ask: Ask,
        method: str,
        query: Mapping[str, str] | None = None,
        body: Manifest | None = None,
        content_type: str = "application/json",
    ) -> Manifest:
        name = "" if method == "POST" else ask.name
        sent = json.dumps(body, separators=(",", ":")).encode() if body is not None else b""
        call = Call(method, ask.kind.path(ask.namespace, name), query or {}, sent, content_type)
        try:
            return document(self._wire.send(call), ask)
        except Absent as error:
            if method in ("GET", "DELETE") and ask.name:
                raise
            hint = f"is namespace {ask.namespace} there, and {ask.kind.full_name} installed?"
            raise Refused(error.message, hint) from error


def _selected(labels: str) -> dict[str, str]:
    return {"labelSelector": labels} if labels else {}
