"""Alertmanager as the tests start it: alone, on the loopback, telling a webhook within a second."""

from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.servers.building import home_of
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, answers
from tests.servers.recipes import ALERTMANAGER

QUICK = "1s"


class Alertmanager(Processes):
    """A server at `url`; where `tell` set a webhook before it was started, that is told of what begins and ends."""

    def __init__(self, folder: Path) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        self.url = f"http://{address}"
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "alertmanager.yaml"
        self._write({"name": "nobody"})
        flags = {
            "config.file": self._config,
            "storage.path": folder / "data",
            "web.listen-address": address,
            "cluster.listen-address": "",
            "log.level": "warn",
        }
        command = [home_of(ALERTMANAGER) / "alertmanager", *(f"--{flag}={value}" for flag, value in flags.items())]
        super().__init__(
            Process("alertmanager", command, folder / "server.log", lambda: answers(f"{self.url}/-/ready"))
        )

    def tell(self, webhook: str) -> None:
        """Tell this webhook from now on, also of what has ended."""
        self._write({"name": "hook", "webhook_configs": [{"url": webhook, "send_resolved": True}]})
        httpx.post(f"{self.url}/-/reload").raise_for_status()

    def alerts(self, **filters: bool) -> list[dict[str, Any]]:
        """Return the alerts that stand, as version 2 of its API tells them."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", params={name: str(on).lower() for name, on in filters.items()})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def _write(self, receiver: dict[str, Any]) -> None:
        route = {"receiver": receiver["name"], "group_wait": QUICK, "group_interval": QUICK, "group_by": ["..."]}
        self._config.write_text(yaml.safe_dump({"route": route, "receivers": [receiver]}), "utf-8")
