"""What became of releases, by pins and sightings that are made up."""

from reconciler.releases.outcomes import followed
from reconciler.releases.pins import Arrival, Said, pins_of
from reconciler.releases.release import Release
from reconciler.releases.sightings import Sighting
from tests.unit.reconciler.releases.made import hour


def told(trials: str, *sightings: Sighting) -> tuple[Release, ...]:
    """Follow releases of one deployment, each at the hour of its place; commits are called by their place."""
    pins = pins_of(Arrival(place, {("f", "x"): Said(trial.strip())}) for place, trial in enumerate(trials))
    releases = [
        Release("dev", "deployments/x", p.trial, str(p.position), hour(p.position), hour(p.position)) for p in pins.pins
    ]
    return followed(releases, pins, {str(place): place for place in range(len(trials))}, sightings)


def served(trial: str, commit: int, since: float, when: float | None = None) -> Sighting:
    return Sighting("x", trial, str(commit), hour(since if when is None else when), serves=hour(since))


def back(trial: str, commit: int, when: float, *, is_restored: bool = True) -> Sighting:
    return Sighting("x", trial, str(commit), hour(when), is_rolled_back=True, is_restored=is_restored)


def test_each_outcome() -> None:
    assert [one.outcome.value for one in told("ab", served("b", 1, 2))] == ["superseded", "serving"]
    assert [one.outcome.value for one in told("aba")] == ["superseded", "rolled back", "pending"]
    assert [one.outcome.value for one in told("a ")] == ["removed"]
    assert [one.outcome.value for one in told("a", back("a", 0, 1))] == ["rolled back"]


def test_one_that_was_taken_back_and_serves_at_the_next_try_failed_all_the_same() -> None:
    (release,) = told("a", back("a", 0, 1), served("a", 0, 3))
    assert (release.outcome.value, release.failed, release.restored, release.served) == (
        "serving",
        True,
        hour(1),
        hour(3),
    )


def test_a_failure_is_made_good_by_the_next_release_that_serves_and_does_not_fail() -> None:
    sightings = (served("b", 1, 1.5), served("a", 2, 2.5), back("a", 2, 2.7, is_restored=False), served("c", 3, 8))
    releases = told("abac", *sightings)
    assert [one.failed for one in releases] == [False, True, True, False]
    assert [one.restored for one in releases] == [None, hour(8), hour(8), None]


def test_a_model_that_served_before_its_release_serves_since_it_was_told() -> None:
    releases = told("aba", served("a", 0, 0.5), served("a", 2, 0.5, when=3))
    assert [one.served for one in releases] == [hour(0.5), None, hour(3)]
    assert releases[1].restored == hour(3)


def test_a_status_of_an_unknown_commit_of_another_trial_or_of_another_deployment_says_nothing() -> None:
    others = (served("a", 7, 1), served("b", 0, 1), Sighting("y", "a", "0", hour(1), serves=hour(1)))
    assert told("a", *others)[0].served is None
