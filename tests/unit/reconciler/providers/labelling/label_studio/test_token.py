"""Tokens of Label Studio: those that are exchanged, those that aren't, and those that are none."""

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.labelling.label_studio.token import PersonalToken
from reconciler.wire import Server
from tests.unit.reconciler.providers.labelling.label_studio.stand_in import TOKEN, StandIn, serving


def test_a_personal_token_is_exchanged_once_and_anew_when_asked() -> None:
    with serving(StandIn()) as server:
        token = PersonalToken(TOKEN, Server("Label Studio", server.url), 5.0)
        assert [token.headers() for _ in range(2)] == [{"Authorization": "Bearer access-1"}] * 2
        assert token.renew()
        assert token.headers() == {"Authorization": "Bearer access-2"}
        token.close()


def test_a_token_of_the_former_kind_is_sent_as_it_is() -> None:
    token = PersonalToken("0123456789abcdef\n", Server("Label Studio", "http://127.0.0.1:9"), 5.0)
    assert token.headers() == {"Authorization": "Token 0123456789abcdef"}
    assert not token.renew()
    assert "0123" not in repr(token)


@pytest.mark.parametrize("text", ["", " ", "a b", "é", "a\nb"])
def test_what_can_be_no_token_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="letters that no token has"):
        PersonalToken(text, Server("Label Studio", "http://127.0.0.1:9"), 5.0)
