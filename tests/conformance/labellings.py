"""The labelling tools that the suite of the port runs on, each with people who answer."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.conformance.labellings import LabellingBench
from reconciler.model.ids import Address
from reconciler.model.label_projects import IDENTIFIER
from reconciler.ports.labelling import Labelling
from reconciler.providers.labelling.folder import LabelFolder
from reconciler.providers.labelling.label_studio import LabelStudio
from reconciler.providers.memory import World
from reconciler.providers.memory.labelling import LabellingRoom, MemoryLabelling
from tests.servers.label_studio import LabelStudioServer
from tests.servers.label_studio.server import chosen


class MemoryLabellingBench:
    """The fake."""

    def __init__(self, _folder: Path, _server: Any = None) -> None:
        self._world = World()

    def open(self, environment: str = "dev") -> Labelling:
        return MemoryLabelling(self._world, environment)

    def answer(self, address: Address, name: str, who: str, label: str) -> None:
        self._world.room(LabellingRoom).answer("dev", address, name, who, label)

    def close(self) -> None:
        return


class FolderBench:
    """Files: each person has one of their own, as an export of theirs is."""

    def __init__(self, folder: Path, _server: Any = None) -> None:
        self._folder = folder / "labelling with a space"

    def open(self, environment: str = "dev") -> Labelling:
        return LabelFolder(self._folder / environment)

    def answer(self, address: Address, name: str, who: str, label: str) -> None:
        place = self._folder / "dev" / address.partition("/")[2]
        held = {task["meta"][IDENTIFIER]: task for task in json.loads((place / "tasks.json").read_text("utf-8"))}
        file = place / "answers" / f"{who}.json"
        before = json.loads(file.read_text("utf-8")) if file.exists() else []
        told = {"completed_by": {"email": f"{who}@example.org"}, "result": chosen(label) if label else []}
        task = {**held[name], "annotations": [{**told, "was_cancelled": not label}]}
        file.write_text(json.dumps([*before, task]), "utf-8")

    def close(self) -> None:
        return


class LabelStudioBench:
    """A real server, in which this bench has a space of its own."""

    def __init__(self, _folder: Path, server: LabelStudioServer) -> None:
        self._server = server
        self._space = secrets.token_hex(4)
        self._opened: list[LabelStudio] = []

    def open(self, environment: str = "dev") -> Labelling:
        tool = LabelStudio(environment, self._server.url, self._server.operator.token, space=self._space)
        self._opened.append(tool)
        return tool

    def answer(self, address: Address, name: str, who: str, label: str) -> None:
        tool = self._opened[0]
        project = tool.list()[address].identity
        (task,) = (one["id"] for one in self._server.operator.tasks(project) if one["meta"][IDENTIFIER] == name)
        skipped = {} if label else {"was_cancelled": True}
        self._server.people[who].answer(task, chosen(label) if label else [], **skipped)

    def close(self) -> None:
        for tool in self._opened:
            tool.close()


BENCHES: dict[str, Callable[[Path, Any], LabellingBench]] = {
    "memory": MemoryLabellingBench,
    "folder": FolderBench,
    "label-studio": LabelStudioBench,
}
SERVERS = {"label-studio": "label_studio"}
"""The fixture of the real server that a bench needs."""
