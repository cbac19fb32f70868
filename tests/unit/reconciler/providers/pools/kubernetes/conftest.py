"""A small API server, Kubernetes' and Kueue's part played by the test, and the provider on it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.providers.memory import VirtualClock
from reconciler.providers.pools.kubernetes import KubernetesPool, reuse
from tests.unit.reconciler.kubernetes.apiserver import TOKEN, ApiServer, serving


@dataclass
class Stage:
    """The server, and a clock that stands still."""

    server: ApiServer
    kubeconfig: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(datetime(2026, 1, 5, tzinfo=UTC)))

    def open(self, **options: Any) -> KubernetesPool:
        """Return a provider, as a daemon that has just started makes it."""
        usual = {"image": "runners:1", "kubeconfig": str(self.kubeconfig), "gpu_kinds": {"a100": {"gpu": "A100"}}}
        return KubernetesPool(self.clock, **(usual | options))

    def things(self, plural: str) -> list[dict[str, Any]]:
        """Return all things of a kind."""
        return [thing for path, thing in self.server.things.items() if path.split("/")[-2] == plural]

    def job(self) -> dict[str, Any]:
        """Return the only Job; it may be edited, and is `touched` then."""
        (found,) = self.things("jobs")
        return found

    def becomes(self, *, suspend: bool = False, **status: Any) -> None:
        """Play the controllers: the only Job is let in, and is so far."""
        self.job()["spec"]["suspend"] = suspend
        self.job()["status"] = status
        self.touched()

    def add(self, path: str, thing: dict[str, Any]) -> None:
        """Play the controllers: a thing is there."""
        labels = {"app.kubernetes.io/managed-by": "setpoint", **thing["metadata"].get("labels", {})}
        self.server.things[path] = {**thing, "metadata": {**thing["metadata"], "labels": labels}}
        self.touched()

    def touched(self) -> None:
        """Tell those who watch that something has changed."""
        with self.server.guard:
            self.server.version += 1
            self.server.guard.notify_all()

    def asked(self) -> list[str]:
        """Return the methods and kinds of the calls since the last time."""
        told = [f"{one.method} {one.path.split('/')[-1]}" for one in self.server.asked]
        self.server.asked.clear()
        return told

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with serving(ApiServer()) as server:
        config = {
            "clusters": [{"name": "c", "cluster": {"server": server.url}}],
            "users": [{"name": "u", "user": {"token": TOKEN}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "ml"}}],
            "current-context": "c",
        }
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(json.dumps(config), "utf-8")
        yield Stage(server, kubeconfig)


@pytest.fixture(autouse=True)
def _no_name_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test meet the names that another's jobs have left, as they share a process and a namespace."""
    monkeypatch.setattr(reuse, "_rests_until", {})
