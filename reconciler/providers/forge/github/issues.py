"""Issues of GitHub, which takes pull requests for issues, too."""

from collections.abc import Iterator

from reconciler.forges.documents import at, number, text
from reconciler.forges.hub import Issue
from reconciler.forges.issues import RepositoryIssues


class GitHubIssues(RepositoryIssues):
    """The issues of one repository of GitHub."""

    def by(self, author: str) -> Iterator[Issue]:
        """Yield somebody's issues, the newest first."""
        query = {"state": "all", "creator": author, "sort": "created", "direction": "desc"}
        for one in self.client.pages(self.path, **query):
            if at(one, "pull_request") is None:
                state, whose = text(one, "state"), text(one, "user", "login")
                yield Issue(number(one, "number"), text(one, "body"), state == "open", whose)
