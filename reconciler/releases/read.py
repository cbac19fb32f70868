"""Reading: an environment's releases from the watched branch's history and the status branch's."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.git.ancestry import Ancestry, ancestry
from reconciler.git.commits import Commit, parse_commit, trailers
from reconciler.git.file_changes import FileChanges, file_changes
from reconciler.git.objects import ObjectStore
from reconciler.model.ids import NAME
from reconciler.model.kinds.promotions import REVERT
from reconciler.model.text import printable
from reconciler.releases.outcomes import followed
from reconciler.releases.pins import Arrival, Pin, Pins, Said, pins_of, said
from reconciler.releases.release import Release
from reconciler.releases.sightings import Sighting, sighting
from reconciler.status.branch import StatusBranch
from reconciler.status.read import parse
from reconciler.watched.branch import Source

MOST = 100_000
"""Commits that changed deployments, of either branch, that are looked at: the newest."""
_NAME = re.compile(r".*/deployments/([^/]+)\.yaml")


def read_releases(source: Source, status: StatusBranch, environment: str) -> tuple[Release, ...]:
    """Return an environment's releases, the oldest first; none where the watched branch has no commit.

    A pin is `model.trial` as it stands in a deployment's files, not what an interpolation would make of it. What a
    clone without its older history has at its first commit was released before that, and isn't told.

    Raises:
        Unavailable: the repository can't be read.
    """
    head, objects = source.head(), source.repository.objects
    if head is None:
        return ()
    known = ancestry(objects.git_dir, head)
    rooms = (f"environments/{environment}/deployments", "specs/deployments")
    changes = file_changes(objects.git_dir, head, *rooms, most=MOST)
    history = _History(objects, environment, known, changes, _said(objects, changes))
    pins = pins_of(history.arrivals())
    releases = history.releases(pins)
    found = followed(releases, pins, history.positions, _sightings(status, {pin.trial for pin in pins.pins}))
    return tuple(release for release in found if release.commit != history.beginning)


def _said(objects: ObjectStore, changes: tuple[FileChanges, ...]) -> Mapping[str, Said]:
    """Read what each version of a deployment's file says, by its blob."""
    blobs = sorted({blob for change in changes for path, blob in change.files.items() if blob and _name(path)})
    return {blob: said(parse(text)) for blob, text in zip(blobs, objects.read_all(blobs), strict=True)}


def _sightings(status: StatusBranch, trials: set[str]) -> Iterator[Sighting]:
    """Yield what the status branch's history tells of some trials' models, the oldest first."""
    head, objects = status.read().commit, status.repository.objects
    if head is None or not trials:
        return
    for change in reversed(file_changes(objects.git_dir, head, "status/deployments", most=MOST)):
        named = [(name, blob) for path, blob in change.files.items() if blob and (name := _name(path))]
        for (name, _), text in zip(named, objects.read_all([blob for _, blob in named]), strict=True):
            seen = sighting(name, parse(text), change.committed)
            if seen is not None:
                yield seen


def _name(path: str) -> str:
    """Return the name of the deployment that a file is about; empty where it is none's."""
    found = _NAME.fullmatch(path)
    return found[1] if found and NAME.fullmatch(found[1]) else ""


@dataclass(frozen=True, slots=True)
class _History:
    """What was read of the watched branch."""

    objects: ObjectStore
    environment: str
    known: Ancestry
    changes: tuple[FileChanges, ...]
    said: Mapping[str, Said]

    @property
    def positions(self) -> Mapping[str, int]:
        """Return the place of each commit on the branch's own line."""
        return {commit: place for place, commit in enumerate(self.known.line)}

    @property
    def beginning(self) -> str:
        """Return the commit at which the history was cut off, as it is in a shallow clone; empty where it is whole."""
        return self.known.line[0] if self.known.line and (self.objects.git_dir / "shallow").exists() else ""

    def arrivals(self) -> Iterator[Arrival]:
        """Yield the commits on the branch's own line that changed deployments, the oldest first."""
        positions = self.positions
        placed = [(positions[change.commit], change) for change in self.changes if change.commit in positions]
        for position, change in sorted(placed, key=lambda one: one[0]):
            named = ((path, _name(path), blob) for path, blob in change.files.items())
            yield Arrival(
                position, {(path, name): self.said[blob] if blob else None for path, name, blob in named if name}
            )

    def releases(self, pins: Pins) -> list[Release]:
        """Return a release for each pin, with who merged it and what was proposed."""
        brought: dict[str, list[FileChanges]] = {}
        for change in self.changes:
            brought.setdefault(self.known.arrivals.get(change.commit, ""), []).append(change)
        pinning = [self._pinning(pin, brought[self.known.line[pin.position]]) for pin in pins.pins]
        ids = sorted({change.commit for changes in pinning for change in changes})
        commits = dict(zip(ids, map(parse_commit, self.objects.read_all(ids)), strict=True))
        return [self._release(pin, *changes, commits) for pin, changes in zip(pins.pins, pinning, strict=True)]

    def _pinning(self, pin: Pin, brought: list[FileChanges]) -> tuple[FileChanges, FileChanges]:
        """Return the commit on the branch's own line that brought a pin, and the one in which it was written."""
        arrived = next(change for change in brought if change.commit == self.known.line[pin.position])
        written = [change for change in brought if change is not arrived and self._trial(change, pin.path) == pin.trial]
        return arrived, min(written, key=lambda change: change.written, default=arrived)

    def _trial(self, change: FileChanges, path: str) -> str:
        blob = change.files.get(path)
        return self.said[blob].trial if blob else ""

    def _release(self, pin: Pin, arrived: FileChanges, written: FileChanges, commits: Mapping[str, Commit]) -> Release:
        told = {**trailers(commits[written.commit].message), **trailers(commits[arrived.commit].message)}
        is_ours = told.get("Environment", self.environment) == self.environment
        proposal = printable(told.get("Proposal", "")) if is_ours else ""
        is_revert = pin.is_return and bool(proposal) and commits[written.commit].title.startswith(f"{REVERT} ")
        return Release(
            environment=self.environment,
            deployment=f"deployments/{pin.name}",
            trial=pin.trial,
            commit=arrived.commit,
            when=arrived.committed,
            written=written.written,
            by=printable(commits[arrived.commit].author),
            proposal=proposal,
            is_return=pin.is_return,
            is_revert=is_revert,
        )
