"""Random problems through the real runners, each figure held against the oracle."""

import os

import pytest
from hypothesis import strategies as st

from tests.problems import picture_stories, stories
from tests.problems.albums import albums
from tests.problems.campaign import hold
from tests.problems.contracts import contracts
from tests.problems.own_code import coded
from tests.problems.people import labelled
from tests.problems.problem import problems
from tests.problems.secrecy import secretive
from tests.problems.traffic import traffics
from tests.problems.watching import shown
from tests.shares import Hand

BATCHES = range(1, 9)
ENOUGH = st.sampled_from((60, 40, 90))
TEXTS = ("prose", "prose and empty texts", "long text", "odd text", "empty text")
SHRINKS = os.environ.get("SETPOINT_SHRINKS", "1") == "1"

pytestmark = [pytest.mark.sweep, pytest.mark.slow, pytest.mark.timeout(3600)]


def count_of(share: Hand, whole: int, part: int) -> int:
    """Return how many problems a batch tries: of the whole as many as all are, of a share few."""
    return int(os.environ.get("SETPOINT_PROBLEMS", whole if share.share.is_whole else part))


@pytest.mark.parametrize("batch", BATCHES)
def test_tables_of_any_kind(batch: int, share: Hand) -> None:
    rows = st.sampled_from((12, 1, 2, 40))
    hold(stories.refreshed, problems(rows), batch, count=count_of(share, 100, 6), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_contracts_of_columns(batch: int, share: Hand) -> None:
    drawn = contracts(problems(st.sampled_from((12, 1, 40))))
    hold(stories.contracted, drawn, batch, count=count_of(share, 40, 5), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_trials_of_every_family(batch: int, share: Hand) -> None:
    hold(stories.trained, problems(ENOUGH), batch, count=count_of(share, 100, 8), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_trials_of_too_little(batch: int, share: Hand) -> None:
    rows = st.sampled_from((12, 1, 2, 10, 25))
    hold(stories.trained, problems(rows), batch, count=count_of(share, 25, 3), shrinks=SHRINKS)


@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("batch", BATCHES)
def test_traffic_in_windows(batch: int, share: Hand) -> None:
    drawn = traffics(problems(ENOUGH, identifiers=("first", "last")))
    hold(stories.watched, drawn, batch, count=count_of(share, 15, 2), shrinks=SHRINKS)


@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("batch", BATCHES)
def test_sensitive_columns(batch: int, share: Hand) -> None:
    drawn = secretive(traffics(problems(ENOUGH, identifiers=("first", "last"))))
    hold(stories.hushed, drawn, batch, count=count_of(share, 10, 1), shrinks=SHRINKS)


@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("batch", BATCHES)
def test_texts_in_windows(batch: int, share: Hand) -> None:
    drawn = traffics(problems(ENOUGH, TEXTS, identifiers=("first", "last")))
    hold(stories.watched, drawn, batch, count=count_of(share, 15, 2), shrinks=SHRINKS)


@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("batch", BATCHES)
def test_pictures_in_windows(batch: int, share: Hand) -> None:
    hold(picture_stories.looked_at, shown(albums()), batch, count=count_of(share, 20, 2), shrinks=SHRINKS)


@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("batch", BATCHES)
def test_pictures_by_a_network(batch: int, share: Hand) -> None:
    hold(picture_stories.looked_at, shown(albums(("torch",))), batch, count=count_of(share, 8, 1), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_trials_by_own_code(batch: int, share: Hand) -> None:
    hold(stories.coded, coded(ENOUGH), batch, count=count_of(share, 8, 1), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_pictures_by_own_code(batch: int, share: Hand) -> None:
    hold(picture_stories.coded, albums(), batch, count=count_of(share, 4, 1), shrinks=SHRINKS)


@pytest.mark.parametrize("batch", BATCHES)
def test_labels_by_several_people(batch: int, share: Hand) -> None:
    drawn = labelled(problems(st.sampled_from((40, 2, 12)), identifiers=("first", "last")))
    hold(stories.labelled, drawn, batch, count=count_of(share, 10, 2), shrinks=SHRINKS)
