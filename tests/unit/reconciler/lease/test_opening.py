"""Which lease an environment has: what is said decides, and what is said wrong is refused."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.lease.elected import ElectedLease
from reconciler.lease.election import EVERY
from reconciler.lease.lease import Lease
from reconciler.lease.opening import Opened, check_lease, lease_name, open_lease
from reconciler.model.errors import Refused
from tests.unit.reconciler.lease.test_lease import Watch
from tests.unit.reconciler.origins import Open

KUBECONFIG = """
current-context: here
contexts: [{name: here, context: {cluster: c, user: u, namespace: ml}}]
clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]
users: [{name: u, user: {token: t}}]
"""


def opened_as(kind: str, opened: Open) -> Opened:
    return open_lease(kind, opened(), "dev", "me:1", clock=Watch(), span=timedelta(seconds=60))


def test_git_alone_is_renewed_after_a_third_of_its_span(opened: Open) -> None:
    found = opened_as("git", opened)
    assert isinstance(found.lease, Lease)
    assert found.every == timedelta(seconds=20)


@pytest.mark.parametrize(("kind", "namespace"), [("kubernetes", "ml"), ("kubernetes:team", "team")])
def test_an_election_is_renewed_more_often(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, namespace: str
) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    found = opened_as(kind, opened)
    assert isinstance(found.lease, ElectedLease)
    assert found.every == EVERY
    assert found.lease._election._metadata["namespace"] == namespace


@pytest.mark.parametrize("kind", ["", "etcd", "kubernetes:", "git:x"])
def test_anything_else_is_refused(kind: str) -> None:
    with pytest.raises(Refused, match="decides no lease"):
        check_lease(kind)


def test_without_its_package_it_says_what_to_install(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reconciler.lease.elected", None)
    with pytest.raises(Refused, match="needs a package") as told:
        opened_as("kubernetes", opened)
    assert told.value.hint == "pip install 'setpoint[kubernetes]'"


def test_each_environment_of_each_repository_has_a_lease_of_its_own() -> None:
    names = {lease_name(name, place) for name in ("dev", "prod") for place in ("https://a/x.git", "https://b/x.git")}
    assert len(names) == 4
    assert all(name.startswith(("setpoint-dev-", "setpoint-prod-")) for name in names)
