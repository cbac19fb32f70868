"""Where GitHub's API is, is told by where people reach it."""

import pytest

from reconciler.providers.forge.github.address import Api, Edition, api_of

CLOUD = Api("https://api.github.com", "", Edition.CLOUD)
SERVER = Api("https://git.example.com", "/api/v3", Edition.SERVER)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com", CLOUD),
        ("https://www.github.com", CLOUD),
        ("https://octo.ghe.com", Api("https://api.octo.ghe.com", "", Edition.CLOUD)),
        ("https://git.example.com", SERVER),
        ("https://git.example.com:8443", Api("https://git.example.com:8443", "/api/v3", Edition.SERVER)),
        ("https://notgithub.com", Api("https://notgithub.com", "/api/v3", Edition.SERVER)),
        ("https://notghe.com", Api("https://notghe.com", "/api/v3", Edition.SERVER)),
    ],
)
def test_the_api_is_where_github_has_it(address: str, expected: Api) -> None:
    assert api_of(address) == expected


def test_an_option_tells_otherwise() -> None:
    assert api_of("https://github.com", "https://api.github.com/") == CLOUD
    assert api_of("https://x.example", "https://proxy.example/github/") == Api(
        "https://proxy.example", "/github", Edition.SERVER
    )
    assert api_of("https://x.example", "https://proxy.example", "cloud").edition is Edition.CLOUD
    assert api_of("https://github.com", edition="server") == Api("https://api.github.com", "", Edition.SERVER)
