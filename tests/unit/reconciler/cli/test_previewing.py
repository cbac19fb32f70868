"""What a keeper works with, wired up: who may be obeyed, what drives a preview, and what is said of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from reconciler.cli.previewing import Shop, is_template, tending
from reconciler.loop.health import Pulse
from reconciler.loop.verification import Verifier
from reconciler.loop.wake_up import WakeUp
from reconciler.model.errors import BadSpec, Refused, Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import Verdict
from reconciler.previews.branches import PreviewBranches
from reconciler.previews.made_here import MadeHere
from reconciler.previews.template import read_template
from reconciler.settings import Settings
from reconciler.status.branch import StatusBranch
from reconciler.wiring import SystemClock, Wired, wire
from reconciler.yaml.dump import dump
from tests.unit.reconciler.cli.ground import small_repository
from tests.unit.reconciler.git.people import Clone
from tests.unit.reconciler.signers import ssh_key

TEMPLATE = "environments/preview/environment.yaml"
SIGNED = "previews: {}\nverification: {commits: merged}\n"


class Place:
    """A small repository with a template, and a shop of it; `drives` are the settings by which something is driven."""

    def __init__(self, folder: Path) -> None:
        settings = small_repository(folder)
        self.person = Clone(Path(settings.repository))
        self.base = CommitId(self.person.commit({TEMPLATE: "previews: {open: 1, against: dev}\n"}))
        self.wired: Wired = wire(replace(settings, environment="preview"))
        self.drives: list[Settings] = []
        self.shop = Shop(self.wired, self.start)

    def start(self, settings: Settings, verifier: Verifier, wake_up: WakeUp) -> Callable[[], None]:
        self.drives.append(settings)
        return lambda: wake_up.pause(30)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.wired.source.close()


def test_a_template_is_told_by_its_file_and_by_previews_that_are_left(place: Place) -> None:
    assert is_template(place.wired)
    branches = PreviewBranches(place.wired.source, "preview")
    branches.bring(7, branches.trying(7, place.base, place.base), place.base, place.base)
    place.person.commit({TEMPLATE: "description: an environment like any other\n"})
    assert is_template(place.wired), "what is left has to be taken away"
    branches.remove(7)
    assert not is_template(place.wired)
    place.person.commit({TEMPLATE: None})
    with pytest.raises(BadSpec):
        is_template(place.wired)


def test_the_newest_commit_is_obeyed(place: Place) -> None:
    assert place.shop.verified(None) == place.base
    place.person.git("checkout", "--quiet", "--orphan", "other")
    place.person.git("branch", "-D", "main")
    with pytest.raises(Unavailable, match="the watched branch has no commit"):
        place.shop.verified(place.base)


def test_a_head_is_held_against_what_the_watched_branch_demands_and_not_what_it_says_itself(
    place: Place, tmp_path: Path
) -> None:
    key = ssh_key(tmp_path)
    signers = {TEMPLATE: SIGNED, "environments/preview/allowed_signers": key.public}
    base = CommitId(place.person.commit(signers))
    mine = {TEMPLATE: "previews: {}\n", "environments/preview/allowed_signers": None}
    head = CommitId(place.person.commit(mine))
    place.shop.demand_signed(head, place.base)
    with pytest.raises(Refused, match="isn't signed"):
        place.shop.demand_signed(head, base)


def test_a_preview_is_driven_by_settings_of_its_own_and_stops_when_it_is_told_to(place: Place) -> None:
    driving = place.shop.drive("pr-7", MadeHere(str))
    (settings,) = place.drives
    assert (settings.environment, settings.branch, settings.lease) == ("pr-7", "preview/pr-7", "git")
    assert settings.home == place.wired.settings.home
    driving.hint()
    assert driving.stop()
    assert driving.stop()


def test_what_is_said_of_it_is_what_its_status_says(place: Place) -> None:
    pair = (place.base, place.base)
    _, standing = place.shop.page("pr-7", pair, "dev", "")
    assert (standing.verdict, standing.summary) == (Verdict.PENDING, "pr-7: begins")
    status = StatusBranch(place.wired.source.repository, "pr-7")
    document = dump({"format": 1, "address": "pools/shared", "state": "ready", "conditions": [], "facts": {}})
    status.write({"status/pools/shared.yaml": document}, "pr-7: pass")
    text, standing = place.shop.page("pr-7", pair, "dev", "")
    assert standing.verdict is Verdict.SUCCESS
    assert "`pools/shared`" in text


def test_an_end_takes_away_what_was_kept(place: Place) -> None:
    branches = PreviewBranches(place.wired.source, "preview")
    end = branches.bring(7, branches.ending(7, place.base), place.base, None)
    StatusBranch(place.wired.source.repository, "pr-7").write({"README.md": b"# pr-7\n"}, "pr-7: pass")
    assert place.shop.remains("pr-7", end) == "no pass of its last commit has ended yet"
    place.shop.leave("pr-7", end)
    assert place.shop.remains("pr-7", end) == ""
    told = place.person.git("for-each-ref", "--format=%(refname)").splitlines()
    assert told == ["refs/heads/main", "refs/heads/preview/pr-7"]
    assert not list(place.wired.settings.home.rglob("pr-7"))


def test_a_template_whose_forge_has_no_pull_requests_says_so_and_goes_on(place: Place) -> None:
    assert place.shop.reviews(read_template(place.wired.source.tree(place.base), "preview")) is None
    wake_up, pulse = WakeUp(), Pulse(SystemClock().now())
    pulse.watches(place.wired.lease.held)
    tended = tending(place.wired, place.start, wake_up, pulse, structlog.get_logger())

    def look(_seconds: float) -> bool:
        if "pull requests" in pulse.health.problem:
            wake_up.stop()
        return False

    wake_up.wait = look  # type: ignore[method-assign]
    tended.run()
    assert "the template's forge has no pull requests" in pulse.health.problem
    assert not place.wired.lease.held()
