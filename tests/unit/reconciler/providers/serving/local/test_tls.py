"""TLS is what is said, and beyond this machine something is."""

import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.providers.serving.local.tls import Tls, apps, policies, read


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for name in ("a.crt", "a.key"):
        (tmp_path / name).write_text("pem")
    return {"certificate": str(tmp_path / "a.crt"), "key": str(tmp_path / "a.key")}


def test_what_can_be_said(files: dict[str, str]) -> None:
    assert [read(told) for told in (None, "off", False, "internal")] == [None, None, None, Tls()]
    assert read(files) == Tls(files["certificate"], files["key"])


@pytest.mark.parametrize(
    "told", ["on", True, {}, {"certificate": "/a"}, {"certificate": "a", "key": "b"}, ["internal"]]
)
def test_what_can_t_be_said_is_refused(told: Any) -> None:
    with pytest.raises(Refused):
        read(told)


def test_new_files_are_another_configuration(files: dict[str, str]) -> None:
    told = Tls(files["certificate"], files["key"])
    before = apps(told, ("localhost",))
    assert apps(told, ("localhost",)) == before
    new = Path(files["certificate"]).with_name("new")
    new.write_text("another")
    os.utime(new, (1, 1))
    new.replace(files["certificate"])
    assert apps(told, ("localhost",)) != before
    assert policies(told, "localhost")[0]["certificate_selection"]["any_tag"] == [
        apps(told, ())["tls"]["certificates"]["load_files"][0]["tags"][0]
    ]
    Path(files["key"]).unlink()
    assert told.stamp() == ""


def test_caddy_s_own_authority_is_installed_nowhere() -> None:
    told = apps(Tls(), ("a-host", "localhost"))
    assert told["pki"]["certificate_authorities"]["local"]["install_trust"] is False
    assert told["tls"]["certificates"]["automate"] == ["a-host", "localhost"]
    assert policies(Tls(), "a-host") == [{"default_sni": "a-host", "fallback_sni": "a-host"}]
