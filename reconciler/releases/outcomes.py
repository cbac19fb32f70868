"""What became of releases: the pins of the watched branch, followed by what the status branch tells of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.releases.pins import Pins
from reconciler.releases.release import Outcome, Release
from reconciler.releases.sightings import Sighting


def followed(
    releases: Sequence[Release], pins: Pins, positions: Mapping[str, int], sightings: Iterable[Sighting]
) -> tuple[Release, ...]:
    """Tell what became of releases.

    Args:
        releases: one for each pin, in their order.
        pins: the pins, and which of them was in force when.
        positions: the place of each commit on the watched branch's line.
        sightings: what status commits tell, the oldest first.
    """
    seen, last = list(releases), dict[int, Sighting]()
    for one in sightings:
        place = pins.at(one.name, positions[one.commit]) if one.commit in positions else None
        if place is not None and pins.pins[place].trial == one.trial:
            seen[place], last[place] = _after(seen[place], one), one
    judged = [_judged(release, pins, place, last.get(place)) for place, release in enumerate(seen)]
    return tuple(_restored(release, pins, place, judged) for place, release in enumerate(judged))


def _after(release: Release, seen: Sighting) -> Release:
    """Add what a status commit tells of a release to what is known of it."""
    if seen.serves and not release.served:
        # A status may tell of a time before the release: the same model answered then already, or clocks differ.
        return replace(release, served=seen.serves if seen.serves >= release.when else seen.when)
    if seen.is_rolled_back:
        restored = release.restored or (seen.when if seen.is_restored else None)
        return replace(release, failed=True, restored=restored)
    return release


def _judged(release: Release, pins: Pins, place: int, last: Sighting | None) -> Release:
    pin = pins.pins[place]
    is_taken_back = pin.next is not None and pins.pins[pin.next].is_return
    if is_taken_back or (last is not None and last.is_rolled_back):
        return replace(release, failed=True, outcome=Outcome.ROLLED_BACK)
    if pin.is_removed:
        return replace(release, outcome=Outcome.REMOVED)
    if pin.next is not None:
        return replace(release, outcome=Outcome.SUPERSEDED)
    return replace(release, outcome=Outcome.SERVING if last and last.serves else Outcome.PENDING)


def _restored(release: Release, pins: Pins, place: int, judged: Sequence[Release]) -> Release:
    """Tell when a release that failed was made good: by the gates at once, or by the next one that serves well."""
    if not release.failed or release.restored:
        return release
    later = pins.pins[place].next
    while later is not None and (judged[later].failed or judged[later].served is None):
        later = pins.pins[later].next
    return release if later is None else replace(release, restored=judged[later].served)
