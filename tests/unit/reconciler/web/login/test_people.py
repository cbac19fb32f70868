"""How people are known, built of the file."""

import pytest

from reconciler.model.errors import Refused
from reconciler.web.login.people import people_of
from reconciler.web.login.settings import Login, Oidc

OIDC = Oidc(issuer="https://login.example", client_id="setpoint", client_secret="${secret:NOT_SET}")


def test_a_secret_that_isn_t_set_is_said() -> None:
    with pytest.raises(Refused, match="SETPOINT_SECRET_NOT_SET"):
        people_of(Login(url="https://x.example", oidc=OIDC))


@pytest.mark.parametrize(
    ("url", "host", "is_https"),
    [("https://x.example:8443", "x.example", True), ("http://[::1]:8484", "[::1]", False)],
)
def test_it_knows_its_own_name(url: str, host: str, is_https: bool) -> None:
    people = people_of(Login(url=url, oidc=OIDC.model_copy(update={"client_secret": None})))
    assert (people.host, people.is_https, people.origin) == (host, is_https, url)
