"""The configuration of a serving process is strict."""

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


@pytest.mark.parametrize("more", [{}, {"socket": "/run/it.sock", "port": 8080}, {"port": 8080, "workers": 2}])
def test_anything_else_is_an_error(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({**TOLD, **more})
