"""Issues of forges whose interface for them is that of GitHub: opened, spoken of and closed by the same requests."""

from reconciler.forges.client import ForgeClient


class RepositoryIssues:
    """The issues of one repository, but for how somebody's are found; see `Issues` for what each verb promises.

    Args:
        client: the forge's API, by a token that may write issues.
        root: the repository's path there.
    """

    def __init__(self, client: ForgeClient, root: str) -> None:
        self.client = client
        self.path = f"{root}/issues"

    def open(self, title: str, body: str) -> None:
        """Open an issue."""
        self.client.send("POST", self.path, {"title": title, "body": body})

    def say(self, number: int, body: str) -> None:
        """Comment on an issue."""
        self.client.send("POST", f"{self.path}/{number}/comments", {"body": body})

    def close(self, number: int) -> None:
        """Close an issue."""
        self.client.send("PATCH", f"{self.path}/{number}", {"state": "closed"}, is_safe=True)
