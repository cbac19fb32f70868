"""The wiring: providers are found by name, and a missing one says what to do."""

from pathlib import Path

import pytest

from reconciler.model.environment import ProviderChoice
from reconciler.model.errors import Refused
from reconciler.wiring import PROVIDERS, folder, provider


@pytest.mark.parametrize(("port", "name"), PROVIDERS)
def test_every_provider_that_is_named_can_be_imported(port: str, name: str) -> None:
    assert callable(provider(port, ProviderChoice(provider=name)))


def test_an_unknown_provider_names_those_that_there_are() -> None:
    with pytest.raises(Refused, match="there is no data provider lakefs") as told:
        provider("data", ProviderChoice(provider="lakefs"))
    assert "git" in told.value.hint


def test_a_path_of_an_embedded_engine_starts_at_the_home() -> None:
    home = Path("/home/data")
    assert folder(ProviderChoice(provider="git"), home) == home
    assert folder(ProviderChoice.model_validate({"provider": "git", "path": "other"}), home) == Path("/home/other")
