"""URLs whose secrets are revealed."""

from urllib.parse import quote

import pytest

from runners.contract import InputError
from runners.sources.addresses import address
from runners.sources.files import find


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_OTHER", "plain")


@pytest.mark.parametrize("scheme", ["http", "https", "zip://a.csv::http"])
@pytest.mark.parametrize(
    ("rest", "secret"),
    [
        *[("user:${secret:ONE}@host/x.csv", f"p{sign}ss") for sign in "@/#?[]% \\\n"],
        ("user:${secret:ONE}@host/x.csv", "p@ss/w:rd!xQ"),
        ("user:${secret:ONE}@host/x.csv", "p::s"),
        ("user:a${secret:ONE}b@host/x.csv", "100%"),
        ("${secret:ONE}:${secret:OTHER}@host/x.csv", "us:er"),
        ("${secret:OTHER}:${secret:ONE}@host/x.csv", "p@ss"),
        ("${secret:ONE}@host/x.csv", "user:p@ss"),
        *[("host/x.csv?sig=${secret:ONE}&a=b", f"s{sign}g") for sign in "&#+% "],
        ("host/x.csv?${secret:ONE}", "a=b#c"),
        ("host/x.csv?a=b&${secret:ONE}", "a=b c"),
    ],
)
def test_a_secret_that_would_part_the_url_otherwise_is_refused_unquoted(
    scheme: str, rest: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_ONE", secret)
    url = f"{scheme}://{rest}"
    with pytest.raises(InputError, match="the secret ONE holds a sign") as caught:
        find(url, "csv")
    assert caught.value.where == url
    assert "percent-encoded" in str(caught.value.fix)
    assert secret not in str(vars(caught.value))


def test_a_secret_after_one_that_the_url_begins_with_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_BASE", "https://user:p@host")
    monkeypatch.setenv("SETPOINT_SECRET_ONE", "s&g")
    with pytest.raises(InputError, match="the secret ONE holds a sign"):
        address("${secret:BASE}/x.csv?sig=${secret:ONE}")


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://user:${secret:ONE}@host/x.csv", quote("p@ss/w:rd!xQ %+", safe="")),
        ("http://user:${secret:ONE}@host/x.csv", "a:b+c&d=e"),
        ("http://${secret:ONE}@host/x.csv", "user:password"),
        ("http://${secret:ONE}/x.csv", "user:password@host:80/folder"),
        ("http://host/${secret:ONE}", "folder/x.csv?sig=a&b=c"),
        ("http://host/x.csv?${secret:ONE}", "sv=1&sig=a%2Bb%3D"),
        ("http://host/x.csv?sig=${secret:ONE}", "a/b:c@d?e=="),
        ("http://host/x.csv?a=b#c?d=${secret:ONE}", "a&b"),
        ("${secret:ONE}", "http://user:p@ss@host/x.csv?sig=a b&c#d"),
        ("${secret:ONE}/x.csv", "https://host/a?b"),
        ("s3://bucket/${secret:ONE}", "a b#c&d"),
        ("ftp://user:${secret:ONE}@host/x.csv", "a%b"),
    ],
)
def test_others_stay_what_they_are(url: str, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_ONE", secret)
    assert address(url) == url.replace("${secret:ONE}", secret)


@pytest.mark.parametrize(
    "secret", ["http://user:p\u03a9@host/x.csv", "http://user:p%CE%A9@host/x.csv", "http://\u03a9@host"]
)
def test_a_password_that_cannot_be_sent_is_refused_unquoted(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPOINT_SECRET_ONE", secret)
    with pytest.raises(InputError, match="a sign that Basic authentication can't take") as caught:
        find("${secret:ONE}", "csv")
    assert caught.value.where == "${secret:ONE}"
    assert not {"\u03a9", "u03a9", "position"} & set(str(vars(caught.value)).split())


def test_latin_letters_and_a_url_that_is_none_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for secret in ("http://user:\u00fc%C3%BC%FC@host/x.csv", "http://[/x.csv"):
        monkeypatch.setenv("SETPOINT_SECRET_ONE", secret)
        assert address("${secret:ONE}") == secret
