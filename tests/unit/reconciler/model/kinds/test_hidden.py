"""Credentials in options."""

import pytest

from reconciler.model.kinds.hidden import check_hidden


@pytest.mark.parametrize("name", ["sasl.password", "AWS_SECRET_ACCESS_KEY", "token", "account_key", "sas_url"])
def test_what_is_a_credential_by_its_name_stands_for_a_secret(name: str) -> None:
    check_hidden("options", {name: "${secret:A}", "region": "eu", "empty." + name: ""})
    with pytest.raises(ValueError, match=rf"options\.{name} can be read by whoever reads the repository"):
        check_hidden("options", {name: "plain"})
