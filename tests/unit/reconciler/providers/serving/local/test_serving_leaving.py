"""An environment that is gone leaves no folder, no socket and no proxy, once its endpoints are deleted."""

from pathlib import Path

import pytest

from reconciler.model.errors import Unavailable
from reconciler.ports.leaving import Leaving
from tests.unit.reconciler.providers.serving.local.conftest import Place, Wait
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, OLD


@pytest.mark.slow
@pytest.mark.usefixtures("no_process_left")
def test_nothing_is_left_once_its_endpoints_are_gone(tmp_path: Path, wait: Wait) -> None:
    place = Place(tmp_path / "serving", wait)
    serving: Leaving = place.serving
    place.serve()
    place.serving.route(DEPLOYMENT, {OLD: 100})
    with pytest.raises(Unavailable, match="still has endpoints"):
        serving.leave()
    place.serving.delete(DEPLOYMENT)
    place.until(lambda: not place.serving.list())
    sockets = place.serving._store.sockets
    for _ in range(2):
        serving.leave()
    assert not place.folder.exists()
    assert not sockets.exists()


def test_where_nothing_was_ever_served_there_is_nothing_to_leave(tmp_path: Path, wait: Wait) -> None:
    place = Place(tmp_path / "serving", wait)
    place.serving.leave()
    assert not place.folder.exists()
