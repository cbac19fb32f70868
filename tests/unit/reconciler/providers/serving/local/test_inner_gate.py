"""Who may ask by the internal address: keys and tokens, and for what tells no row everybody."""

from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local.inner_gate import Inner, inner_of, inner_routes, refused_host

KEY, TOKEN = "k" * 43, "setpoint_" + "t" * 43


def test_only_who_asks_for_it_is_guarded() -> None:
    assert inner_of(None, ()) is inner_of(Access(open=True), (KEY,)) is None
    assert inner_of(Access(internal="token"), ("b", "a")) == Inner(("a", "b"))
    assert inner_of(Access(open=True, internal="token"), ()) == Inner(), "of a public one the other address is open"


def test_nothing_stands_before_an_open_one() -> None:
    assert inner_routes("shop", None) == []


def test_strangers_are_marked_and_answered() -> None:
    marked, answered = inner_routes("shop", Inner((KEY,), (TOKEN,)))
    by_path, by_host = marked["match"]
    assert by_path["path"] == ["/shop", "/shop/*"]
    assert by_host["host"] == ["shop.localhost"]
    assert by_path["not"][0] == {"method": ["GET", "HEAD"], "path": ["/shop/v2/health/live", "/shop/v2/health/ready"]}
    assert by_host["not"][0]["path"] == ["/v2/health/live", "/v2/health/ready"]
    for match in marked["match"]:
        bearers, plain = (one["header"] for one in match["not"][1:])
        assert bearers == {"Authorization": [f"Bearer {KEY}", f"Bearer {TOKEN}"]}
        assert plain == {"X-Api-Key": [KEY, TOKEN]}
    assert answered["match"] == [{"host": [refused_host("shop")], "vars": {"refused": [refused_host("shop")]}}]
    assert (answered["handle"][0]["status_code"], answered["terminal"]) == (401, True)
    assert TOKEN not in str((marked["handle"], answered))


def test_without_a_token_that_counts_nobody_is_let_in() -> None:
    (first, *_), _ = (route["match"] for route in inner_routes("shop", Inner()))
    assert len(first["not"]) == 1
