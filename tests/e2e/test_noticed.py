"""A real daemon tells people on a real Gitea what needs them: an issue, one for a cause, closed when it ends."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.reviewed import ENVIRONMENT, SPECS, Reviewed, reviewed
from tests.servers.process import until

if TYPE_CHECKING:
    from tests.servers.gitea import Gitea

pytestmark = [pytest.mark.slow, pytest.mark.turns("whole lives", "alerts on a forge")]
LOANS = "specs/datasets/loans.yaml"
ROUTE = "notifications: {routes: [{name: issues, forge: {mention: [ada]}, after: 0s, about: [stalled]}]}\n"


def source(path: Path) -> str:
    return f"retries: 0\nsource: {{files: {{url: 'file://{path}', format: csv}}}}\n"


def issues(place: Reviewed) -> list[dict[str, Any]]:
    """Return the issues, the newest first."""
    asked = place.project.ask(place.project.owner, "GET", "/issues", params={"state": "all", "type": "issues"})
    found: list[dict[str, Any]] = asked.raise_for_status().json()
    return found


def test_what_needs_a_person_is_an_issue_until_it_is_mended(gitea: "Gitea", tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text("id,rate\n1,0.5\n2,0.7\n")
    more = {ENVIRONMENT: SPECS[ENVIRONMENT] + ROUTE, LOANS: source(Path("/nowhere/loans.csv"))}
    with reviewed(gitea, tmp_path, more=more) as place:
        until(lambda: issues(place), "the issue")
        (issue,) = issues(place)
        assert issue["title"] == "[dev] datasets/loans is stalled"
        assert "/nowhere/loans.csv" in issue["body"]
        assert "@ada" in issue["body"]
        assert issue["user"]["login"] == place.daemon.name
        place.restart(lambda: None)
        place.ada.git("fetch", "--quiet", "origin", "main")
        place.ada.git("checkout", "--quiet", "-B", "fix", "FETCH_HEAD")
        place.ada.commit({LOANS: source(tmp_path / "loans.csv")}, "Mend it")
        place.ada.push("HEAD:main")
        until(lambda: issues(place)[0]["state"] == "closed", "the issue to be closed")
        assert len(issues(place)) == 1, "also by the next daemon it is told once"
        assert place.comments(issue["number"])[0].startswith("✅ **Datasets/loans is no longer stalled**")
