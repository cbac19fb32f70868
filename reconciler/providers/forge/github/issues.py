"""Issues of GitHub, which takes pull requests for issues, too."""

from collections.abc import Iterator

from reconciler.forges.client import ForgeClient
from reconciler.forges.documents import at, number, text
from reconciler.forges.hub import Issue


class GitHubIssues:
    """The issues of one repository; see `Issues` for what each verb promises.

    Args:
        client: GitHub's API, by a token that may write issues.
        root: the repository's path there.
    """

    def __init__(self, client: ForgeClient, root: str) -> None:
        self._client = client
        self._path = f"{root}/issues"

    def by(self, author: str) -> Iterator[Issue]:
        """Yield somebody's issues, the newest first."""
        query = {"state": "all", "creator": author, "sort": "created", "direction": "desc"}
        for one in self._client.pages(self._path, **query):
            if at(one, "pull_request") is None:
                state, whose = text(one, "state"), text(one, "user", "login")
                yield Issue(number(one, "number"), text(one, "body"), state == "open", whose)

    def open(self, title: str, body: str) -> None:
        """Open an issue."""
        self._client.send("POST", self._path, {"title": title, "body": body})

    def say(self, number: int, body: str) -> None:
        """Comment on an issue."""
        self._client.send("POST", f"{self._path}/{number}/comments", {"body": body})

    def close(self, number: int) -> None:
        """Close an issue."""
        self._client.send("PATCH", f"{self._path}/{number}", {"state": "closed"}, is_safe=True)
