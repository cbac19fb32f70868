"""Issues on GitLab's contract server."""

from tests.contracts.gitlab import GitLabServer
from tests.contracts.gitlab.server import BOT
from tests.unit.reconciler.providers.forge.gitlab.conftest import hub


def test_an_issue_is_opened_found_spoken_of_and_closed(server: GitLabServer) -> None:
    issues = hub(server).issues
    issues.open("x" * 999, "A body\n/close")
    (found,) = issues.by(BOT)
    assert (found.text, found.is_open, found.author) == ("A body\n\\/close", True, BOT)
    issues.say(found.number, "/close")
    issues.close(found.number)
    issues.close(found.number)
    (found,) = issues.by(BOT)
    assert not found.is_open
    assert [one.body for one in server.repository.issues[0].notes] == ["\\/close"]
    assert len(server.repository.issues[0].title) == 255
