"""The shared that all runs stand on: the repository, its root, and no remains of what failed."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reconciler.model.errors import Transient, Unavailable
from reconciler.providers.data.lakefs.errors import Missing
from reconciler.providers.data.lakefs.names import MERGE, ROOT, RUN, VERSION, name_of, owner_of
from reconciler.providers.data.lakefs.server import Server


class SharedRepository:
    """Prepared before the first run of a daemon is opened, and anew after anything went wrong.

    Args:
        server: the repository.
        environment: whose remains are cleared away.
        storage_namespace: where a repository that isn't there is made; None is nowhere.
    """

    def __init__(self, server: Server, environment: str, storage_namespace: str | None) -> None:
        self._server = server
        self._environment = environment
        self._namespace = storage_namespace
        self._merges = threading.Lock()
        self._root = ""
        self._is_ready = False

    def is_unborn(self) -> bool:
        """Tell whether a repository that isn't there is one that has yet to be made; forget what was known of it."""
        self._root, self._is_ready = "", False
        return self._namespace is not None

    def root(self) -> str:
        """Return the repository's first commit."""
        return self._root or self.root_of(self._server.tags(ROOT))

    def root_of(self, tags: Mapping[str, str]) -> str:
        """Return the repository's first commit, by its tag, else by its history: then it may have been made anew."""
        found = tags.get(ROOT)
        if found is None:
            self._is_ready = False
            found = self._server.first_commit(self._server.default_branch())
        self._root = found
        return found

    def prepare(self) -> None:
        """Make what all runs begin with, and clear away what another daemon or a failure left.

        Raises:
            Missing: the repository isn't there, and none is to be made.
            Unavailable: lakeFS can't be reached.
        """
        if self._is_ready:
            return
        with self._merges:
            if not self._is_ready:
                self._server.create_tag(ROOT, self._found_or_made())
                self._sweep()
                self._is_ready = True

    def _found_or_made(self) -> str:
        try:
            return self.root_of(self._server.tags(ROOT))
        except Missing:
            if self._namespace is None:
                raise
        self._server.create_repository(self._namespace)
        return self.root_of({})

    def _sweep(self) -> None:
        """Delete this environment's branches that a crash left: half a merge, and a run that was accepted since."""
        branches, tags = self._server.branches(), self._server.tags(VERSION)
        for name in branches:
            mine, half = owner_of(RUN, name), owner_of(MERGE, name)
            is_over = mine and mine[1] == self._environment and name_of(VERSION, *mine) in tags
            if is_over or (half and half[1] == self._environment):
                self._server.delete_branch(name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads from merging. What a failure leaves behind is looked for before the next run is opened."""
        with self._merges:
            try:
                yield
            except Transient:
                self._is_ready = False
                raise

    def clear(self, *branches: str) -> None:
        """Delete branches that nobody needs any more; what can't be deleted now is swept away later."""
        try:
            for branch in branches:
                self._server.delete_branch(branch)
        except Unavailable:
            self._is_ready = False
