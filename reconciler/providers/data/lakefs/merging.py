"""How an environment's branch moves: by merges, each prepared on a hidden branch off its head.

lakeFS merges trees file by file, so what a new version has no more would stay. The hidden branch is where it is taken
away first, and the environment's branch shows no moment in between. lakeFS reads hooks (`_lakefs_actions/`) from the
source of a merge, and a hidden branch has those of the environment's.
"""

from reconciler.model.ids import RunName
from reconciler.model.run import folder_of
from reconciler.providers.data.lakefs.names import MERGE, name_of
from reconciler.providers.data.lakefs.server import Server


class Merging:
    """Brings outputs of runs to one environment's branch, and takes them off again.

    Whoever calls sees to it that only one does at a time, and clears the hidden branch away, `draft_of(run)`.
    """

    def __init__(self, server: Server, environment: str) -> None:
        self._server = server
        self._environment = environment

    def draft_of(self, run: RunName) -> str:
        """Return the name of the hidden branch on which a merge of a run is prepared."""
        return name_of(MERGE, run, self._environment)

    def bring(self, run: RunName, sealed: str, head: str) -> None:
        """Put a run's output in the place of what lies in its folder on the environment's branch.

        Args:
            run: the run.
            sealed: the commit of its output.
            head: the head of the environment's branch.

        Raises:
            Refused: a hook declines.
            Unavailable: lakeFS can't be reached.
        """
        prefix = f"{folder_of(run)}/"
        found = self._server.differences(head, sealed, prefix)
        if not found:
            return
        message, metadata = f"Accept {run}", {"run": run, "sealed": sealed, "environment": self._environment}
        draft = self._draft(run, head)
        if stale := [path for path, what in found.items() if what == "removed"]:
            self._server.delete(draft, stale)
            self._server.commit(draft, f"Make room for {run}", metadata)
        self._server.merge(sealed, draft, message, metadata, squash=True)
        self._server.merge(draft, self._environment, message, metadata)

    def take_off(self, run: RunName, sealed: str, head: str) -> None:
        """Take a run's output off the environment's branch, unless another has taken its place there.

        Raises:
            Refused: a hook declines.
            Unavailable: lakeFS can't be reached.
        """
        prefix = f"{folder_of(run)}/"
        shown = [path for path, _ in self._server.files(head, prefix)]
        if not shown or self._server.differences(head, sealed, prefix):
            return
        message, metadata = f"Drop {run}", {"run": run, "environment": self._environment}
        draft = self._draft(run, head)
        self._server.delete(draft, shown)
        self._server.commit(draft, message, metadata)
        self._server.merge(draft, self._environment, message, metadata)

    def _draft(self, run: RunName, head: str) -> str:
        """Make the hidden branch anew: one that a crash left may be behind, or half done."""
        draft = self.draft_of(run)
        if not self._server.create_branch(draft, head, hidden=True):
            self._server.delete_branch(draft)
            self._server.create_branch(draft, head, hidden=True)
        return draft
