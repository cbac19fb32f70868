"""A story: drawn by a seed, from a state of the repository to its newest."""

import random

import pytest

from reconciler.simulation import Files
from reconciler.simulation.people import ACTS
from reconciler.simulation.story import WORDS, Chapter, Storyteller
from tests.unit.reconciler.simulation.sample import sample

pytestmark = pytest.mark.slow
OLDER: Files = {path: text for path, text in sample().items() if "digits" not in path}


def told(seed: int, passes: int = 100) -> list[Chapter]:
    return list(Storyteller([OLDER, sample()], "dev", random.Random(seed)).tell(passes))


def after(chapters: list[Chapter]) -> list[dict[str, bytes]]:
    """Return the repository's files after each chapter."""
    now: dict[str, bytes] = {}
    found = []
    for chapter in chapters:
        now = now | {path: text for path, text in chapter.files.items() if text is not None}
        now = {path: text for path, text in now.items() if chapter.files.get(path, b"") is not None}
        found.append(now)
    return found


def test_the_same_seed_tells_the_same_story() -> None:
    assert told(1) == told(1) != told(2)


def test_a_story_begins_and_ends_with_states_that_the_repository_has_had() -> None:
    for seed in range(20):
        states = after(told(seed))
        assert states[0] in (OLDER, sample())
        assert states[-1] == sample()


def test_stories_change_break_remove_and_bring_back() -> None:
    words = {chapter.what.split()[0] for seed in range(20) for chapter in told(seed)}
    assert {"begin", "change", "break", "remove", "revert", "a", "the"} <= words


def test_stories_tell_what_people_do_beside_commits() -> None:
    words = {word for seed in range(40) for chapter in told(seed) for word, _ in chapter.acts}
    assert words == set(WORDS) <= set(ACTS)


def test_in_the_end_nothing_is_suspended_by_hand() -> None:
    for seed in range(40):
        held: set[str] = set()
        for word, address in (act for chapter in told(seed) for act in chapter.acts):
            held = held | {address} if word == "suspend" else held - ({address} if word == "resume" else set())
        assert not held


def test_what_is_removed_most_often_takes_what_refers_to_it_along() -> None:
    removed = [chapter for seed in range(40) for chapter in told(seed) if chapter.what.startswith("remove")]
    assert any(len(chapter.files) > 2 for chapter in removed)
    assert all(set(chapter.files.values()) <= {None} for chapter in removed)


def test_a_story_takes_about_as_many_passes_as_it_is_asked_for() -> None:
    for seed in range(20):
        assert 90 <= sum(chapter.passes for chapter in told(seed)) <= 130


def test_a_repository_without_specs_has_a_story_too() -> None:
    bare = {"environments/dev/environment.yaml": b"{}\n"}
    assert list(Storyteller([bare], "dev", random.Random(3)).tell(50))
