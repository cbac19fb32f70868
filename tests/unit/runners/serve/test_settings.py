"""The configuration of a serving process, of this and of other versions."""

import pytest
from pydantic import ValidationError

from runners.serve.settings import Settings

TOLD = {
    "name": "employment",
    "deployment": "deployments/employment",
    "revision": "aaaaaaaaaaaa",
    "trial": "experiments/employment/aaaaaaaaaaaa",
    "model_url": "file:///models/it",
    "model_digest": "sha256:0",
}


def test_it_listens_on_a_socket_or_a_port() -> None:
    assert Settings.model_validate({**TOLD, "socket": "/run/it.sock"}).port is None
    assert Settings.model_validate({**TOLD, "port": 8080}).socket is None


def test_what_a_newer_daemon_adds_is_left_out() -> None:
    told = Settings.model_validate({**TOLD, "port": 8080, "workers": 2})
    assert told == Settings.model_validate({**TOLD, "port": 8080, "format": 1})


def test_settings_of_a_newer_format_are_refused_in_words() -> None:
    with pytest.raises(
        ValidationError, match="formats up to 4 are known here: upgrade the image to the daemon's version"
    ):
        Settings.model_validate({"format": 5, "port": 8080, "models": [TOLD]})


@pytest.mark.parametrize("more", [{}, {"socket": "/it.sock", "port": 8080}, {"port": 0}, {"port": 1, "format": "a"}])
def test_anything_else_is_an_error(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({**TOLD, **more})


def test_one_of_several_models_is_opened_as_if_it_were_the_only_one() -> None:
    told = {"name": "risk", "trial": "experiments/risk/bbbbbbbbbbbb", "model_url": "/b", "model_digest": "sha256:1"}
    settings = Settings.model_validate({**TOLD, "port": 8080, "keep": "/kept", "models": [told], "graph": [{}]})
    (member,) = settings.models
    alone = settings.of(member)
    assert (alone.name, alone.trial, alone.model_url, alone.model_digest) == tuple(told.values())
    assert (alone.keep, alone.models, alone.graph) == ("/kept/risk", (), ())
    assert settings.model_copy(update={"keep": None}).of(member).keep is None


def test_two_models_of_one_name_are_refused() -> None:
    told = {"name": "employment", "trial": "t", "model_url": "/b", "model_digest": "sha256:1"}
    with pytest.raises(ValidationError, match="two models have one name"):
        Settings.model_validate({**TOLD, "port": 8080, "models": [told]})
