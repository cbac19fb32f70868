"""Signatures of Standard Webhooks."""

import pytest

from reconciler.forges.standard_webhooks import signed


def test_it_is_the_signature_of_the_published_example() -> None:
    secret, name = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    told = signed(secret, name, "1614265330", b'{"test": 2432232314}')
    assert told == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_é", "whsec_not base64", "plain"])
def test_a_secret_that_is_no_base64_is_taken_as_it_is(secret: str) -> None:
    assert signed(secret, "a", "1", b"") != signed(f"{secret}x", "a", "1", b"")
