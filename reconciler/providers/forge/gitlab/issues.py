"""Issues of GitLab, whose number within the project is called `iid`."""

from collections.abc import Iterator

from reconciler.forges.client import ForgeClient
from reconciler.forges.documents import number, text
from reconciler.forges.hub import Issue
from reconciler.providers.forge.gitlab.reading import calm

LONGEST_TITLE = 255
"""Characters of an issue's title."""


class GitLabIssues:
    """The issues of one project; see `Issues` for what each verb promises.

    Args:
        client: GitLab's API.
        root: the project's path there.
    """

    def __init__(self, client: ForgeClient, root: str) -> None:
        self._client = client
        self._path = f"{root}/issues"

    def by(self, author: str) -> Iterator[Issue]:
        """Yield somebody's issues, the newest first."""
        query = {"scope": "all", "author_username": author, "order_by": "created_at", "sort": "desc"}
        for one in self._client.pages(self._path, **query):
            state, whose = text(one, "state"), text(one, "author", "username")
            yield Issue(number(one, "iid"), text(one, "description"), state == "opened", whose)

    def open(self, title: str, body: str) -> None:
        """Open an issue."""
        self._client.send("POST", self._path, {"title": title[:LONGEST_TITLE], "description": calm(body)})

    def say(self, number: int, body: str) -> None:
        """Comment on an issue."""
        self._client.send("POST", f"{self._path}/{number}/notes", {"body": calm(body)})

    def close(self, number: int) -> None:
        """Close an issue."""
        self._client.send("PUT", f"{self._path}/{number}", {"state_event": "close"}, is_safe=True)
