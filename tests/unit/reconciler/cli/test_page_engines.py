"""The page's engines are made once, anew for others, and begin nothing on a machine that has nothing of theirs."""

from pathlib import Path
from typing import Any, cast

import pytest

from reconciler.cli.page_engines import PageEngines
from reconciler.model.environment import Environment, ProviderChoice
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address
from reconciler.providers.data.git import GitData
from reconciler.settings import Settings
from reconciler.watched.branch import Source
from tests.unit.reconciler.git.people import Clone

RAY = Environment(pool=ProviderChoice(provider="ray", options={"address": "http://127.0.0.1:1"}))


class Made:
    """Makes engines, and counts them."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []

    def __call__(self, port: str, environment: Environment, settings: Settings, source: Source) -> Any:
        del settings, source
        self.made.append((port, getattr(environment, port).provider))
        return object()


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def engines(made: Made, tmp_path: Path) -> PageEngines:
    settings = Settings(repository=str(tmp_path), environment="dev", home=tmp_path / "home")
    return PageEngines({"dev": settings}, {"dev": cast("Source", None)}, made)


def test_one_is_made_once_and_anew_for_another_choice(engines: PageEngines, made: Made, tmp_path: Path) -> None:
    (tmp_path / "home/pool").mkdir(parents=True)
    here = Environment()
    assert engines.pool("dev", here) is engines.pool("dev", here)
    assert engines.pool("dev", RAY) is not None
    assert made.made == [("pool", "local"), ("pool", "ray")]


def test_what_is_on_another_machine_isnt_begun_here(engines: PageEngines, made: Made, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="on its daemon's machine"):
        engines.pool("dev", Environment())
    with pytest.raises(Refused, match="on its daemon's machine"):
        engines.replicas("dev", Environment(), Address("deployments/a"), "")
    assert made.made == []
    assert not (tmp_path / "home").exists()


def test_a_store_is_opened_once_and_none_is_made(tmp_path: Path) -> None:
    Clone(tmp_path / "repository").commit({"a": "b"}, "Begin")
    source = Source.open(tmp_path / "repository", "main", tmp_path / "mirror")
    settings = Settings(str(tmp_path / "repository"), "dev", "main", home=tmp_path / "home")
    stores, environment = PageEngines({"dev": settings}, {"dev": source}).data, Environment()
    with pytest.raises(Unavailable, match="isn't on this machine") as caught:
        stores("dev", environment)
    assert "--home" in caught.value.hint
    assert not (tmp_path / "home").exists()
    GitData(tmp_path / "home/data", "dev")
    found = stores("dev", environment)
    assert stores("dev", environment) is found
    moved = Environment(data=ProviderChoice.model_validate({"provider": "git", "path": "gone"}))
    with pytest.raises(Unavailable):
        stores("dev", moved)
