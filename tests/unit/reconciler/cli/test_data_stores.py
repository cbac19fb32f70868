"""The data stores that the page may read: opened once, and never made where there is none."""

from pathlib import Path

import pytest

from reconciler.cli.data_stores import DataStores
from reconciler.model.environment import Environment, ProviderChoice
from reconciler.model.errors import Unavailable
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone


def test_a_store_is_opened_once_and_none_is_made(tmp_path: Path) -> None:
    Clone(tmp_path / "repository").commit({"a": "b"}, "Begin")
    source = Source.open(tmp_path / "repository", "main", tmp_path / "mirror")
    settings = Settings(str(tmp_path / "repository"), "dev", "main", home=tmp_path / "home")
    stores, environment = DataStores({"dev": settings}), Environment()
    with pytest.raises(Unavailable, match="isn't on this machine") as caught:
        stores("dev", environment, source)
    assert "--home" in caught.value.hint
    assert not (tmp_path / "home").exists()
    GitData(tmp_path / "home/data", "dev")
    found = stores("dev", environment, source)
    assert stores("dev", environment, source) is found
    moved = Environment(data=ProviderChoice.model_validate({"provider": "git", "path": "gone"}))
    with pytest.raises(Unavailable):
        stores("dev", moved, source)
