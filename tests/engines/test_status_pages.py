"""The status branch as a real Gitea renders it: whole at any size, without a dead link, and others' text is text."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx
import pytest

from reconciler.git.repository import open_repository
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, RunName
from reconciler.model.plan import Plan
from reconciler.status.branch import StatusBranch
from reconciler.status.read import RecordedFiles
from reconciler.status.write import BEAT, edits
from tests.servers.process import until
from tests.unit.reconciler import stage
from tests.unit.reconciler.git.people import bare
from tests.unit.reconciler.stage import API, LOANS, SCORE, WATCH

if TYPE_CHECKING:
    from tests.servers.gitea import Gitea

EVIL = "<img src=x onerror=alert(1)> <script>alert(1)</script> ![a](x) [b](javascript:alert(1)) **c** </td> | `d` @ada"
TRIAL, REPORT = RunName(f"{SCORE}/{'a' * 12}"), RunName(f"{WATCH}/{'b' * 12}")


def decision(address: Address, message: str = "fine", phase: Phase = Phase.READY, **more: Any) -> Decision:
    return Decision(address=address, phase=phase, reason="Accepted", message=message, **more)


def shown(run: RunName, *paths: str) -> Mapping[str, tuple[RunName, str]]:
    return {f"reports/{run}/{path}": (run, path) for path in paths}


class Forge:
    """A public repository on the server, with a status branch."""

    def __init__(self, server: "Gitea", folder: Path, name: str) -> None:
        self.person = server.create_user(name)
        self._remote = server.create_repository(self.person, "models", private=False)
        self._folder = bare(folder / "here.git")
        self.url = f"{server.url}/{name}/models/src/branch/setpoint/dev/"

    def record(self, *decisions: Decision) -> None:
        """Write a status branch, and push it."""
        branch = StatusBranch(open_repository(str(self._folder), self._folder), "dev")
        desired = stage.desired(*(stage.resource(one.address) for one in decisions))
        plan = Plan(desired.commit, "dev", {one.address: one for one in decisions})
        recorded = RecordedFiles().read(branch.read())
        read = {"recorded": recorded, "read": lambda _run, path: f"# {path}\n".encode(), "now": stage.NOW}
        branch.write(edits(desired, plan, (), **read, host="ada", beat=BEAT), "status")
        line = ["git", "-C", str(self._folder), "push", "--quiet", self._remote, "setpoint/dev"]
        subprocess.run(line, check=True, capture_output=True)
        until(lambda: httpx.get(f"{self.url}README.md").is_success, "the server to take note of the push")

    def page(self, path: str) -> str:
        """Return what is shown of a file's Markdown, as HTML."""
        answer = httpx.get(self.url + path).raise_for_status()
        return re.split(r'<div class="[^"]*\bmarkup markdown\b[^"]*">', answer.text)[1].split("</article>")[0]

    def dead(self, path: str) -> list[str]:
        """Return the links of a page within the repository that lead nowhere."""
        links = re.findall(r'(?:href|src)="(/[^"#]+/models/[^"#]+)"', self.page(path))
        assert links
        return [one for one in sorted(set(links)) if httpx.get(urljoin(self.url, one), follow_redirects=True).is_error]


@pytest.fixture
def forge(gitea: "Gitea", tmp_path: Path) -> Forge:
    return Forge(gitea, tmp_path, f"ada-{tmp_path.name[-12:].strip('-_')}".lower().replace("_", "-"))


def test_each_link_leads_to_what_was_made(forge: Forge) -> None:
    board = [{"rank": 1, "run": TRIAL, "ranking": {"value": 0.9}}]
    alert = {"what": "drift", "value": 0.3, "threshold": 0.1, "trial": TRIAL, "since": "2026-01-07T11:00:00+00:00"}
    picture = f"reports/{TRIAL}/curves/odd [name] (1).png"
    forge.record(
        decision(LOANS),
        decision(SCORE, files=shown(TRIAL, "model-card.md", "curves/odd [name] (1).png"),
                 facts={"leaderboard": board, "metric": {"name": "auc"}, "pictures": [picture]}),
        decision(API, facts={"trial": TRIAL, "traffic": {"r1": 100}, "revisions": {"r1": {"trial": TRIAL}}}),
        decision(WATCH, alerting="1 alert", files=shown(REPORT, "report.md", "report.html"),
                 facts={"alerts": [alert], "newest": REPORT, "reports": [REPORT]}),
    )  # fmt: skip
    for path in ("README.md", f"{SCORE}.md", f"{WATCH}.md", f"{API}.md", "monitors/README.md"):
        assert forge.dead(path) == [], path
    assert "model-card.md" in forge.page("README.md")


def test_what_others_wrote_is_text(forge: Forge) -> None:
    alert = {"what": EVIL, "where": EVIL, "value": EVIL, "threshold": EVIL, "trial": EVIL}
    forge.record(
        decision(LOANS, EVIL, Phase.STALLED),
        decision(API, EVIL, facts={"trial": EVIL, "traffic": {EVIL: 1}, "url": f"javascript:{EVIL}"}),
        decision(WATCH, EVIL, facts={"alerts": [alert], "newest": REPORT}),
    )
    for path in ("README.md", f"{LOANS}.md", f"{API}.md", f"{WATCH}.md", "datasets/README.md"):
        page = forge.page(path)
        assert "&lt;img src=x" in page or "&lt;script" in page, path
        for part in ('<img src="x', "<script>alert", 'javascript:alert(1)"', "<strong>c</strong>"):
            assert part not in page, (path, part)


def test_two_thousand_resources_are_shown_whole(forge: Forge) -> None:
    kinds = ("datasets", "experiments", "promotions", "deployments", "monitors")
    names = [Address(f"{kind}/team-{number:03}") for kind in kinds for number in range(400)]
    forge.record(*(decision(name) for name in names))
    page = forge.page("README.md")
    assert "2000 ready" in page
    assert "Each kind has a folder" in page, "its last line"
    assert "mermaid" in page
    assert forge.page("datasets/README.md").count("<tr>") == 401
