"""Access is found as `kubectl` finds it, and whatever is wrong is told without quoting credentials."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.kubernetes.kubeconfig import find_access
from reconciler.model.errors import Refused
from tests.unit.reconciler.kubernetes.apiserver import Certificate, certify


@pytest.fixture(scope="module")
def made() -> Certificate:
    return certify()


def encoded(pem: bytes) -> str:
    return base64.b64encode(pem).decode()


def kubeconfig(folder: Path, cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> str:
    config = {
        "clusters": [{"name": "c", "cluster": cluster or {"server": "http://localhost:1"}}],
        "users": [{"name": "u", "user": user if user is not None else {"token": "very-secret"}}],
        "contexts": [
            {"name": "one", "context": {"cluster": "c", "user": "u", "namespace": "ml"}},
            {"name": "anonymous", "context": {"cluster": "c"}},
            {"name": "torn", "context": {"cluster": "gone"}},
        ],
        "current-context": "one",
    }
    file = folder / "config"
    file.write_text(json.dumps(config), "utf-8")
    return str(file)


def test_the_current_context_is_taken(tmp_path: Path) -> None:
    access = find_access(kubeconfig(tmp_path))
    assert (access.server, access.namespace) == ("http://localhost:1", "ml")
    assert access.token.headers() == {"Authorization": "Bearer very-secret"}


def test_another_context_can_be_named(tmp_path: Path) -> None:
    access = find_access(kubeconfig(tmp_path), "anonymous")
    assert (access.namespace, access.token.headers()) == ("default", {})


def test_the_variable_names_the_file(tmp_path: Path) -> None:
    assert find_access(environ={"KUBECONFIG": kubeconfig(tmp_path)}).server == "http://localhost:1"


def test_a_pod_uses_its_own_account(tmp_path: Path, made: Certificate) -> None:
    (tmp_path / "token").write_text("mine\n", "ascii")
    (tmp_path / "namespace").write_text("ml\n", "ascii")
    (tmp_path / "ca.crt").write_bytes(made.certificate)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    access = find_access(environ=environ, account=tmp_path)
    assert (access.server, access.namespace) == ("https://[fd00::1]:6443", "ml")
    assert access.token.headers() == {"Authorization": "Bearer mine"}
    assert access.trust


def test_certificates_are_read_from_the_file_and_beside_it(tmp_path: Path, made: Certificate) -> None:
    (tmp_path / "ca.pem").write_bytes(made.certificate)
    (tmp_path / "token").write_text("rotating", "ascii")
    cluster = {"server": "https://localhost:1", "certificate-authority": "ca.pem", "tls-server-name": "kubernetes"}
    access = find_access(kubeconfig(tmp_path, cluster, {"tokenFile": "token"}))
    assert access.trust
    assert access.host == "kubernetes"
    assert access.token.headers() == {"Authorization": "Bearer rotating"}
    cluster = {"server": "https://localhost:1", "certificate-authority-data": encoded(made.certificate)}
    user = {"client-certificate-data": encoded(made.certificate), "client-key-data": encoded(made.key)}
    assert find_access(kubeconfig(tmp_path, cluster, user)).trust


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no address": ({"server": "localhost"}, {}, "no https:// address"),
    "token in the clear": ({"server": "http://10.0.0.1:80"}, {"token": "very-secret"}, "no https:// address"),
    "nobody checked": ({"server": "https://x", "insecure-skip-tls-verify": True}, {}, "turns off the check"),
    "no base64": ({"server": "https://x", "certificate-authority-data": "very-secret!"}, {}, "can't be read"),
    "no PEM": ({"server": "https://x", "certificate-authority-data": encoded(b"very-secret")}, {}, "authority"),
    "no file": ({"server": "https://x", "certificate-authority": "gone.pem"}, {}, "certificate-authority"),
    "no key": ({"server": "https://x"}, {"client-certificate-data": encoded(b"very-secret")}, "don't fit"),
    "a program": ({"server": "https://x"}, {"exec": {"command": "aws"}}, "has exec, which"),
    "a password": ({"server": "https://x"}, {"username": "u", "password": "very-secret"}, "password and username"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told(tmp_path: Path, case: str) -> None:
    cluster, user, message = WRONG[case]
    with pytest.raises(Refused, match=message) as caught:
        find_access(kubeconfig(tmp_path, cluster, user))
    assert "very-secret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "a: [very-secret", "\udce4"])
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Refused, match="kubeconfig") as caught:
        find_access(str(file))
    assert "very-secret" not in str(caught.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file"):
        find_access(str(tmp_path / "gone"))


def test_a_context_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has no context two") as caught:
        find_access(kubeconfig(tmp_path), "two")
    assert "one, anonymous" in caught.value.hint
    with pytest.raises(Refused, match="has no cluster gone"):
        find_access(kubeconfig(tmp_path), "torn")
