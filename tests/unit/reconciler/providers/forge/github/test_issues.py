"""Issues on GitHub, held against its description."""

from reconciler.forges.hub import Issue
from reconciler.providers.forge.github.issues import GitHubIssues
from tests.contracts.github import GitHubServer
from tests.contracts.github.accounts import BOT
from tests.contracts.github.server import NAME
from tests.unit.reconciler.providers.forge.github.conftest import BRANCH, client
from tests.unit.reconciler.providers.forge.github.test_hub import hub


def test_an_issue_is_opened_found_spoken_of_and_closed(server: GitHubServer) -> None:
    issues = GitHubIssues(client(server), f"/repos/{NAME}")
    issues.open("A title", "A body")
    (found,) = issues.by(BOT)
    assert (found.text, found.is_open, found.author) == ("A body", True, BOT)
    issues.say(found.number, "More")
    issues.close(found.number)
    issues.close(found.number)
    assert list(issues.by(BOT)) == [Issue(found.number, "A body", is_open=False, author=BOT)]
    assert [one["body"] for one in server.repository.comments[found.number]] == ["More"]
    assert list(issues.by("ada")) == []


def test_pull_requests_which_github_lists_with_them_are_none(server: GitHubServer) -> None:
    hub(server).open("main", BRANCH, "A title", "A body")
    assert list(hub(server).issues.by(BOT)) == []
