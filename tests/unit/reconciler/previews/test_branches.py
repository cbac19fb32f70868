"""Branches of previews, near and far: what a pull request decides, what it doesn't, and what stays of promotions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from reconciler.compose import Cache, compose
from reconciler.git.repository import Repository, open_repository
from reconciler.model.errors import Refused
from reconciler.model.ids import CommitId
from reconciler.previews.branches import PreviewBranches
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone, bare, git

TEMPLATE = "environments/preview/environment.yaml"
PIN = "environments/pr-7/deployments/loans.yaml"
PATCH = "environments/preview/deployments/loans.yaml"
FILES = {
    TEMPLATE: "previews: {open: 1, team: tries}\nforge: {provider: gitea, token: x}\nserving: {provider: local}\n",
    PATCH: "replicas: {minimum: 1}\n",
    "environments/prod/environment.yaml": "description: real\n",
    "specs/pools/shared.yaml": "capacity: {cpus: 1}\n",
    "specs/experiments/loans.yaml": "dataset: datasets/loans\n",
}


class Place:
    """A repository, who works on it, and the previews of pull request 7."""

    def __init__(self, folder: Path, far: bool) -> None:
        self.origin = bare(folder / "origin.git")
        self.ada = Clone(folder / "ada", self.origin)
        self.base = self.main(FILES)
        self.repository: Repository = open_repository(self.origin.as_uri() if far else self.origin, folder / "state")
        self.source = Source(self.repository, "main")
        self.branches = PreviewBranches(self.source, "preview")

    def main(self, files: dict[str, str | None]) -> CommitId:
        """Commit to the watched branch."""
        self.ada.git("checkout", "--quiet", "-B", "main")
        commit = self.ada.commit(files)
        self.ada.push("HEAD:main")
        return CommitId(commit)

    def pull(self, files: dict[str, str | None]) -> CommitId:
        """Push a pull request off the watched branch."""
        self.ada.git("checkout", "--quiet", "-B", "work", "main")
        commit = self.ada.commit(files)
        self.ada.push("--force", "HEAD:work")
        self.ada.git("checkout", "--quiet", "main")
        self.repository.refresh()
        self.repository.refs("refs/heads/")
        return CommitId(commit)

    def tried(self, head: CommitId, base: CommitId | None = None) -> CommitId:
        base = base or self.base
        self.repository.refresh()
        self.repository.refs("refs/heads/")
        return self.branches.bring(7, self.branches.trying(7, base, head), base, head)

    def file(self, commit: str, path: str) -> str:
        return git(self.origin, "show", f"{commit}:{path}")

    def paths(self, commit: str) -> list[str]:
        return git(self.origin, "ls-tree", "-r", "--name-only", commit).splitlines()


@pytest.fixture(params=["near", "far"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, request.param == "far")
    yield place
    place.repository.close()


def test_a_preview_has_what_the_pull_request_brings_and_an_environment_from_the_template(place: Place) -> None:
    tip = place.tried(place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"}))
    assert place.branches.there() == {7: tip}
    assert place.file(tip, "specs/experiments/loans.yaml") == "dataset: datasets/other"
    assert place.file(tip, PIN) == "replicas: {minimum: 1}"
    told = place.file(tip, "environments/pr-7/environment.yaml")
    assert "previews" not in told
    assert "gitea" not in told
    assert "team: tries" in told


def test_a_pull_request_decides_on_no_environment_and_on_no_pool(place: Place) -> None:
    head = place.pull(
        {
            TEMPLATE: FILES[TEMPLATE] + "pool: {provider: kubernetes}\n",
            "environments/pr-7/environment.yaml": "serving: {provider: kserve}\n",
            "environments/prod/environment.yaml": "description: mine\n",
            "environments/preview/allowed_signers": "me ssh-ed25519 AAAA\n",
            "specs/pools/shared.yaml": "capacity: {cpus: 64}\n",
            "specs/pools/mine.yaml": "capacity: {cpus: 64}\n",
        }
    )
    tip = place.tried(head)
    assert "kubernetes" not in place.file(tip, "environments/pr-7/environment.yaml")
    assert "kserve" not in place.file(tip, "environments/pr-7/environment.yaml")
    told = [path for path in place.paths(tip) if path.startswith(("environments/", "specs/pools/"))]
    assert told == [
        "environments/pr-7/deployments/loans.yaml",
        "environments/pr-7/environment.yaml",
        PATCH,
        TEMPLATE,
        "environments/prod/environment.yaml",
        "specs/pools/shared.yaml",
    ]
    assert place.file(tip, "specs/pools/shared.yaml") == "capacity: {cpus: 1}"
    assert place.file(tip, "environments/prod/environment.yaml") == "description: real"


def test_what_was_made_already_isn_t_made_again(place: Place) -> None:
    head = place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"})
    assert place.tried(head) == place.tried(head)


def test_a_pin_stays_when_the_pull_request_and_the_template_go_on(place: Place) -> None:
    tip = place.tried(place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"}))
    place.ada.git("fetch", "--quiet", "origin", "preview/pr-7")
    place.ada.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    place.ada.commit({PIN: "replicas: {minimum: 1}\nmodel: {trial: t, digest: d}\n"})
    place.ada.push("HEAD:preview/pr-7")
    place.ada.git("checkout", "--quiet", "main")
    base = place.main({PATCH: "replicas: {minimum: 2}\n"})
    after = place.tried(place.pull({"specs/experiments/loans.yaml": "dataset: datasets/third\n"}), base)
    assert place.source.descends(after, tip)
    assert yaml.safe_load(place.file(after, PIN)) == {
        "replicas": {"minimum": 2},
        "model": {"trial": "t", "digest": "d"},
    }
    assert place.file(after, "specs/experiments/loans.yaml") == "dataset: datasets/third"


def test_whatever_else_somebody_pushes_there_is_told_apart_and_written_over(place: Place) -> None:
    head = place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"})
    tip = place.tried(head)
    essence = place.branches.essence(tip, 7)
    place.ada.git("fetch", "--quiet", "origin", "preview/pr-7")
    place.ada.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    place.ada.commit({PIN: "replicas: {minimum: 1}\nmodel: {trial: t, digest: d}\n"})
    place.ada.push("HEAD:preview/pr-7")
    place.repository.refresh()
    assert place.branches.essence(place.branches.there()[7], 7) == essence
    for more in ("visibility: public\n", "- odd\n", "replicas: {minimum: 9}\nmodel: {trial: t, digest: d}\n"):
        other = place.ada.commit({PIN: more})
        place.ada.push("HEAD:preview/pr-7")
        place.repository.refresh()
        place.branches.there()
        assert place.branches.essence(CommitId(other), 7) != essence, "of a deployment nothing but its model is pinned"
    place.ada.commit({"environments/pr-7/environment.yaml": "serving: {provider: kserve}\n"})
    place.ada.push("HEAD:preview/pr-7")
    place.repository.refresh()
    assert place.branches.essence(place.branches.there()[7], 7) != essence
    place.ada.git("checkout", "--quiet", "main")
    after = place.tried(head)
    assert place.branches.essence(after, 7) == essence
    told = yaml.safe_load(place.file(after, PIN))
    assert told == {"replicas": {"minimum": 1}, "model": {"trial": "t", "digest": "d"}}


def test_at_its_end_a_preview_asks_for_nothing_but_shared_pools(place: Place) -> None:
    tip = place.tried(place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"}))
    end = place.branches.bring(7, place.branches.ending(7, place.base), place.base, None)
    assert place.source.descends(end, tip)
    specs = [path for path in place.paths(end) if path.startswith("specs/")]
    assert specs == ["specs/pools/shared.yaml"]
    assert not compose(place.source.tree(end), "pr-7", Cache()).all_problems()
    place.branches.remove(7)
    place.branches.remove(7)
    assert place.branches.there() == {}


def test_a_pull_request_that_conflicts_is_refused(place: Place) -> None:
    head = place.pull({"specs/experiments/loans.yaml": "dataset: datasets/other\n"})
    base = place.main({"specs/experiments/loans.yaml": "dataset: datasets/third\n"})
    place.repository.refresh()
    with pytest.raises(Refused, match=r"conflicts with main in specs/experiments/loans\.yaml"):
        place.tried(head, base)


def test_an_environment_of_a_preview_s_name_is_nobody_s_preview(place: Place) -> None:
    head = place.pull({"README.md": "hello\n"})
    base = place.main({"environments/pr-7/environment.yaml": "description: mine\n"})
    with pytest.raises(Refused, match="has an environment pr-7 of its own"):
        place.tried(head, base)


def test_without_a_template_nothing_is_made(place: Place) -> None:
    head = place.pull({"README.md": "hello\n"})
    base = place.main({TEMPLATE: None})
    with pytest.raises(Refused, match=r"main has no environments/preview/environment\.yaml"):
        place.tried(head, base)


def test_previews_of_another_template_are_left_to_that(place: Place) -> None:
    place.tried(place.pull({"README.md": "hello\n"}))
    assert PreviewBranches(place.source, "other").there() == {}
