"""Rehearsing a commit in a real repository: merged by Git, composed as the branch's own, and bounded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.compose import Cache, compose
from reconciler.controllers import CONTROLLERS
from reconciler.git.repository import open_repository
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId
from reconciler.model.reviews import PullRequest, Queued, Verdict
from reconciler.plan import decide
from reconciler.reviews import rehearsals as room
from reconciler.reviews.rehearsals import Rehearsals, Seen
from reconciler.watched.branch import Source
from tests.unit.reconciler import stage
from tests.unit.reconciler.git.people import Clone

FILES = {
    "environments/dev/environment.yaml": "description: a test\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 1}\n",
}


class Place:
    """A person's clone, which is also what is watched."""

    def __init__(self, folder: Path) -> None:
        self.clone = Clone(folder / "clone")
        self.clone.commit(dict(FILES))
        self.repository = open_repository(self.clone.folder, folder / "state")
        self.rehearsals = Rehearsals(Source(self.repository, "main"), "dev", CONTROLLERS)

    @property
    def seen(self) -> Seen:
        source = Source(self.repository, "main")
        head = source.head()
        assert head
        desired, actual = compose(source.tree(head), "dev", Cache()), stage.actual()
        return Seen(desired, actual, decide(desired, actual, CONTROLLERS))

    def branch(self, files: dict[str, str | None]) -> CommitId:
        self.clone.git("checkout", "--quiet", "-B", "side", "main")
        commit = self.clone.commit(files)
        self.clone.git("checkout", "--quiet", "main")
        return CommitId(commit)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.repository.close()


def test_what_was_merged_meanwhile_isn_t_taken_back(place: Place) -> None:
    head = place.branch({"specs/pools/other.yaml": "capacity: {cpus: 2}\n"})
    place.clone.commit({"specs/pools/shared.yaml": "capacity: {cpus: 9}\n"})
    found = place.rehearsals.of_commit(head, place.seen)
    assert [(line.sign, line.address) for line in found.lines] == [("+", "pools/other")]
    assert found.verdict is Verdict.SUCCESS


def test_fields_that_differ_are_told_with_their_places(place: Place) -> None:
    head = place.branch({"specs/pools/shared.yaml": "# more\ncapacity:\n  cpus: 2\n"})
    found = place.rehearsals.of_commit(head, place.seen)
    assert dict(found.places) == {("pools/shared", ("capacity", "cpus")): ("specs/pools/shared.yaml", 3)}


def test_a_conflict_is_an_obstacle(place: Place) -> None:
    head = place.branch({"specs/pools/shared.yaml": "capacity: {cpus: 2}\n"})
    place.clone.commit({"specs/pools/shared.yaml": "capacity: {cpus: 3}\n"})
    assert place.rehearsals.of_commit(head, place.seen).obstacle == "conflicts with main in specs/pools/shared.yaml"


def test_a_broken_environment_is_told_with_its_place(place: Place) -> None:
    head = place.branch({"environments/dev/environment.yaml": "pool: 7\n"})
    found = place.rehearsals.of_commit(head, place.seen)
    assert found.obstacle == "the environment's file is broken"
    assert found.problems[0].file == "environments/dev/environment.yaml"


def test_another_engine_isn_t_asked_and_that_is_said(place: Place) -> None:
    head = place.branch({"environments/dev/environment.yaml": "data: {provider: git, path: elsewhere}\n"})
    (note,) = place.rehearsals.of_commit(head, place.seen).notes
    assert note.startswith("the commit changes `data` of the environment")


def test_too_many_files_are_counted_and_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_FILES", 5)
    head = place.branch({f"specs/pools/n{n}.yaml": "capacity: {cpus: 1}\n" for n in range(6)})
    monkeypatch.setattr(room, "compose", lambda *_: pytest.fail("it was composed"))
    assert (
        place.rehearsals.of_commit(head, place.seen).obstacle == "changes 6 files of specs; at most 5 are planned for"
    )


def test_a_head_that_the_repository_hasn_t_got_yet_is_waited_for(place: Place) -> None:
    head = place.branch({"README.md": "hello\n"})
    pull = PullRequest(7, "side", head, ref="refs/pull/7/head")
    with pytest.raises(Unavailable, match="doesn't have the head of pull request 7 yet"):
        place.rehearsals.of(pull, place.seen)
    place.clone.git("update-ref", "refs/pull/7/head", head)
    assert place.rehearsals.of(pull, place.seen).is_quiet


def test_what_waits_in_a_merge_queue_is_rehearsed_as_it_is_on_the_branch(place: Place) -> None:
    head = place.branch({"specs/pools/other.yaml": "capacity: {cpus: 2}\n"})
    ref = "refs/heads/side"
    found = place.rehearsals.of_queued(Queued(ref, head), place.seen)
    assert [(line.sign, line.address) for line in found.lines] == [("+", "pools/other")]
    with pytest.raises(Unavailable, match=f"doesn't have {ref} yet"):
        place.rehearsals.of_queued(Queued(ref, CommitId("1" * 40)), place.seen)
