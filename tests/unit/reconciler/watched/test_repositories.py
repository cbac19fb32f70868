"""One process has each repository open once, however many environments ask for it."""

from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.watched.repositories import Repositories
from tests.unit.reconciler.git.people import bare


def test_environments_of_one_repository_share_it_and_others_don_t(tmp_path: Path) -> None:
    one, other, opened = bare(tmp_path / "one.git"), bare(tmp_path / "other.git"), Repositories()
    dev, prod, far = (opened.source(place, "main", tmp_path) for place in (str(one), str(one), other.as_uri()))
    assert dev is not prod, "what is kept of commits is each one's own"
    assert dev.repository is prod.repository is not far.repository
    assert far.repository.place == other.as_uri()
    for source in (dev, far):
        source.close()


def test_one_that_isn_t_there_yet_is_opened_later(tmp_path: Path) -> None:
    opened = Repositories()
    with pytest.raises(Unavailable, match="isn't there"):
        opened.source(str(tmp_path / "one.git"), "main", tmp_path)
    source = opened.source(str(bare(tmp_path / "one.git")), "main", tmp_path)
    assert source.head() is None
    source.close()


def test_whatever_is_under_way_is_cancelled(tmp_path: Path) -> None:
    opened = Repositories()
    source = opened.source(bare(tmp_path / "one.git").as_uri(), "main", tmp_path)
    opened.cancel(0.0)
    with pytest.raises(Unavailable, match="took longer than 0 s"):
        source.head()
    source.close()
