"""Killed at any Git write, it converges: the same story, its repository a real one beneath the shipped fake's engines.

A life without a crash is watched, and an image of the world and of the repository is taken before, amid and after each
command that writes: half of its input read, or killed while it holds its locks. New daemons that know nothing go on
from each image. They are done when they stand exactly as the undisturbed ones once did, between two passes; from there
on `test_memory.py` has shown that new daemons end the same. Some images are lived to the end of the story all the same.
"""

import itertools
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.git import commits, process
from reconciler.model.errors import SetpointError
from reconciler.providers.memory import World
from reconciler.providers.memory.clock import START
from tests.crashes.ending import differences
from tests.crashes.images import Image, copied, fingerprint
from tests.crashes.in_git import InGit, begun_in
from tests.crashes.killed_git import copied as copied_repository
from tests.crashes.killed_git import digest_of, watched
from tests.crashes.story import ENVIRONMENTS, live
from tests.shares import Hand
from tests.unit.reconciler.git.people import git

WHOLE = 30
"""Of so many images, one is lived to the end of the story."""
_SHOWN = 5
pytestmark = pytest.mark.xdist_group("crashes of Git")


@dataclass
class Phase(Image):
    """How the world and its repository stood at some points."""

    repository: Path = field(default_factory=Path)


class Undisturbed:
    """A life without a crash: how things stood between its passes and at its end, and images on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.met: set[tuple[str, str]] = set()
        self.images: dict[tuple[str, str], Phase] = {}
        self.ending: dict[str, Any] = {}

    def live(self) -> None:
        """Live it."""
        world = World()
        place = InGit(world, begun_in(self.folder))

        def keep(point: str, copy: Path | None) -> None:
            self._keep(point, world, copy or place.folder)

        with watched(place.folder, self.folder / "scratch", keep):
            live(world, place, lambda: self._between(place))
        self.ending = place.ending()
        place.close()

    def has_met(self, place: InGit) -> bool:
        """Tell whether things stood exactly as they stand there, between two passes."""
        phase = place.phase()
        return any(known == phase for known, _ in self.met) and (phase, fingerprint(place.world)) in self.met

    def _between(self, place: InGit) -> bool:
        """Note how things stand, and pack the objects, so that an image is soon made."""
        self.met.add((place.phase(), fingerprint(place.world)))
        git(place.folder, "repack", "-a", "-d", "--quiet")
        return False

    def _keep(self, point: str, world: World, repository: Path) -> None:
        key = fingerprint(world), digest_of(repository)
        if key not in self.images:
            copy = copied_repository(repository, self.folder / "images" / f"{len(self.images)}" / "r.git")
            self.images[key] = Phase(copied(world), repository=copy)
        self.images[key].points.append(point)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """Return a life in which all commits are made at one moment, and nobody waits for a lock or a disk."""
    folder = tmp_path_factory.mktemp("life")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, "time", SimpleNamespace(time=START.timestamp))
        patch.setitem(process._SETTINGS, "core.filesRefLockTimeout", "10")
        patch.setitem(process._SETTINGS, "core.packedRefsTimeout", "10")
        patch.setitem(process._SETTINGS, "core.fsync", "none")
        life = Undisturbed(folder)
        life.live()
        yield life
    shutil.rmtree(folder)


def test_the_life_that_is_broken_off_is_a_whole_one(undisturbed: Undisturbed) -> None:
    """A sweep over a life that stops early, or that leaves writes out, would prove nothing."""
    facts = set(undisturbed.ending)
    points = {point.partition(" #")[0] for image in undisturbed.images.values() for point in image.points}
    for name in ENVIRONMENTS:
        assert f"endpoint ({name!r}, 'deployments/employment')" in facts
        assert any(fact.startswith(f"{name}: reports/monitors/employment/") for fact in facts)
        assert any(point.startswith(f"before git update-ref refs/heads/proposals/{name}/") for point in points)
        assert {
            f"amid git update-ref {ref}" for ref in (f"refs/setpoint/{name}/lease", f"refs/heads/setpoint/{name}")
        } <= points
    assert {"amid git update-ref refs/heads/main", "amid git unpack-objects", "after git merge-tree"} <= points
    assert undisturbed.ending["branches"] == [
        "refs/heads/main",
        *(f"refs/heads/setpoint/{name}" for name in ENVIRONMENTS),
    ]
    assert set(undisturbed.ending["started"].values()) == {1}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_any_git_write_it_ends_the_same(undisturbed: Undisturbed, killed_at: str | None, share: Hand) -> None:
    images = list(undisturbed.images.values())
    swept = share.take("kill points of Git's writes", images, lambda image: image.points[0])
    chosen = [image for image in images if killed_at in image.points] if killed_at else swept
    assert chosen, f"no Git write is named so: {killed_at}"
    told = [
        line
        for number, image in enumerate(chosen)
        for line in aftermath(image, undisturbed, bool(killed_at) or not number % WHOLE)
    ]
    assert not told, "\n".join(told)


def aftermath(image: Phase, undisturbed: Undisturbed, is_whole: bool) -> list[str]:
    """Let new daemons go on from an image; tell what ends otherwise, and how to see that again."""
    place = InGit(image.world, image.repository)
    rounds = itertools.count()
    has_met = lambda: not is_whole and next(rounds) > 0 and undisturbed.has_met(place)  # noqa: E731
    try:
        live(image.world, place, has_met)
        found = [] if has_met() else differences(undisturbed.ending, place.ending())
    except (AssertionError, SetpointError) as error:
        found = [str(error)]
    finally:
        place.close()
    if not found:
        return []
    points = [f"killed {point}" for point in image.points[:_SHOWN]]
    again = f"pytest {__name__.replace('.', '/')}.py --killed-at {shlex.quote(image.points[0])}"
    return [*points, *(f"    {line}" for line in found), f"    again: {again}"]
