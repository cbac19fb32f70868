"""An informer: all things of a kind as they are now, listed again only after something has changed.

While its watch is silent nothing has changed, so a look costs no call. Whoever writes spoils it: the next look is a
list, which the API server answers with all that was written before.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from reconciler.kubernetes.change_watch import ChangeWatch
from reconciler.kubernetes.client import Kubernetes
from reconciler.kubernetes.kinds import Kind, Manifest

Item = TypeVar("Item")


class Informer(Generic[Item]):
    """What one kind looks like, each thing reduced to what its reader needs.

    Args:
        kubernetes: the API server.
        kind: the kind.
        read: what a thing comes to; None leaves it out.
        namespace: where the things are; empty is everywhere.
        labels: a selector.
    """

    def __init__(
        self,
        kubernetes: Kubernetes,
        kind: Kind,
        read: Callable[[Manifest], Item | None],
        *,
        namespace: str = "",
        labels: str = "",
    ) -> None:
        self._kubernetes = kubernetes
        self._kind = kind
        self._read = read
        self._namespace = namespace
        self._labels = labels
        self._guard = threading.Lock()
        self._items: Sequence[Item] = ()
        self._watch: ChangeWatch | None = None
        self._told = False

    def look(self) -> Sequence[Item]:
        """Return all things as they are now.

        Raises:
            Unavailable: not all of it could be read.
            Refused: we may not list or watch them, or the server doesn't know the kind.
        """
        with self._guard:
            if self._watch is None or self._watch.has_fired():
                self._spoil()
                self._items, version = self._kubernetes.listing(
                    self._kind, self._namespace, labels=self._labels, read=self._read
                )
                self._watch = self._kubernetes.watch(self._kind, self._namespace, labels=self._labels, since=version)
                self._told = False
            return self._items

    @property
    def seen(self) -> Sequence[Item]:
        """Return what the last look saw, however long ago that was."""
        return self._items

    def spoil(self) -> None:
        """Forget what was seen, since we are about to change it or just did."""
        with self._guard:
            self._spoil()

    def has_news(self) -> bool:
        """Tell, once for each change, whether a look would be worth it. It never waits and never calls."""
        with self._guard:
            if self._told or (self._watch is not None and not self._watch.has_fired()):
                return False
            self._told = True
            return True

    def _spoil(self) -> None:
        if self._watch is not None:
            self._watch.close()
        self._watch = None
